/** A group of nodes, which is drawn as a box around them. */
export interface Group {
  readonly name: string;
  readonly parent: Group | undefined;
  /** Counts the groups from 1, each before those within it. */
  readonly rank: number;
}

/** The group of each node, from the names of its groups, the outermost first. Groups come in the order of their first nodes. */
export function groupsOf(paths: readonly (readonly string[])[]): (Group | undefined)[] {
  const root: GroupTree = { children: new Map(), group: undefined };
  const trees = paths.map((path) => path.reduce(childOf, root));
  let rank = 0;
  const number = (tree: GroupTree) => {
    for (const [name, child] of tree.children) {
      rank++;
      child.group = { name, parent: tree.group, rank };
      number(child);
    }
  };
  number(root);
  return trees.map(({ group }) => group);
}

interface GroupTree {
  readonly children: Map<string, GroupTree>;
  group: Group | undefined;
}

function childOf(tree: GroupTree, name: string): GroupTree {
  const child = tree.children.get(name) ?? { children: new Map(), group: undefined };
  tree.children.set(name, child);
  return child;
}

/** What belongs to no group comes first, then the groups; within a group in the same way. */
export function laneOf(group: Group | undefined): number {
  return group?.rank ?? 0;
}

/** The group itself and those around it, the innermost first. */
export function* aroundOf(group: Group | undefined): Generator<Group> {
  for (let around = group; around !== undefined; around = around.parent) yield around;
}

export function isWithin(group: Group | undefined, outer: Group): boolean {
  for (const around of aroundOf(group)) if (around === outer) return true;
  return false;
}

/** The innermost group that is around both. */
export function commonGroup(a: Group | undefined, b: Group | undefined): Group | undefined {
  for (const around of aroundOf(a)) if (isWithin(b, around)) return around;
  return undefined;
}
