import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawGraph, type GraphNode } from '../../src/core/drawing/draw-graph.js';
import { readGroups } from '../../src/core/drawing/draw-plan.js';
import type { Plan } from '../../src/core/plan.js';
import { arbitraryPlan, planOf } from '../model/arbitrary-plan.js';
import { readGraph } from './read-drawing.js';

describe('a drawing reads like one made by hand', () => {
  test('a release', () => {
    const text = draw({
      install: [],
      typecheck: ['install'],
      lint: ['install'],
      unit: ['install'],
      build: ['typecheck', 'lint', 'unit'],
      pack: ['build'],
      deploy: ['pack'],
      smoke: ['deploy'],
    });
    expect(text).toMatchInlineSnapshot(`
      "
      install ─┬─ typecheck ─┬─ build ── pack ── deploy ── smoke
               ├─ lint ──────┤
               └─ unit ──────┘
      "
    `);
  });

  test('a need that follows from the others is not drawn', () => {
    const text = draw({
      build: [],
      unit: ['build'],
      scan: ['build'],
      smoke: ['build'],
      'go-live': ['unit', 'smoke'],
      deploy: ['build', 'scan', 'go-live'],
    });
    expect(text).toMatchInlineSnapshot(`
      "
      build ─┬─ unit ──┬─ go-live ─┬─ deploy
             ├─ smoke ─┘           │
             └─ scan ──────────────┘
      "
    `);
  });

  test('a monorepo, in which many lines meet', () => {
    const text = draw({
      checkout: [],
      install: ['checkout'],
      core: ['install'],
      lint: ['install'],
      ui: ['core'],
      api: ['core'],
      'test-core': ['core'],
      'test-ui': ['ui'],
      'test-api': ['api'],
      e2e: ['ui', 'api'],
      docker: ['api'],
      publish: ['lint', 'test-core', 'test-ui', 'test-api', 'e2e', 'docker'],
    });
    expect(text).toMatchInlineSnapshot(`
      "
      checkout ── install ─┬─ core ─┬─ ui ────────┬─── test-ui ──┬─ publish
                           │        │             └─┐            │
                           │        ├─ api ───────┬─┴─ e2e ──────┤
                           │        │             ├─── test-api ─┤
                           │        │             └─── docker ───┤
                           │        └─ test-core ─┬──────────────┘
                           └─ lint ───────────────┘
      "
    `);
  });

  test('two needs of which only one is shared keep lines of their own', () => {
    expect(draw({ a: [], b: [], x: ['a'], both: ['a', 'b'], y: ['b'] })).toMatchInlineSnapshot(`
      "
      a ─┬─── x
         └─┐
      b ─┬─┴─ both
         └─── y
      "
    `);
  });

  test('fully connected waves are one bundle each', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((wave) => [1, 2, 3, 4].map((i) => `${wave}${i}`));
    const text = draw(Object.fromEntries([...waveOf(a, []), ...waveOf(b, a), ...waveOf(c, b)]));
    expect(text).toMatchInlineSnapshot(`
      "
      a1 ─┬─ b1 ─┬─ c1
      a2 ─┼─ b2 ─┼─ c2
      a3 ─┼─ b3 ─┼─ c3
      a4 ─┴─ b4 ─┴─ c4
      "
    `);
  });

  test('a line that passes under another is interrupted by it', () => {
    const text = draw({
      a: [],
      b: [],
      c: ['a', 'b'],
      d: ['a'],
      e: ['c'],
      f: ['c', 'd'],
      g: ['a'],
      h: ['b'],
      i: ['g', 'h', 'd'],
    });
    expect(text).toMatchInlineSnapshot(`
      "
      a ─┬─── d ─┬─────┬─ f
         │       └─┐ ┌─┘
         ├─── g ───┼─│─── i
         └─┐       │ │
      b ─┬─┴─ c ───│─┴─── e
         └─── h ───┘
      "
    `);
  });

  test('what is wider than 100 characters goes on below', () => {
    const steps = Array.from({ length: 12 }, (_, i) => `step-${i + 1}`);
    expect(draw(Object.fromEntries(steps.map((step, i) => [step, steps.slice(i - 1, i)])))).toMatchInlineSnapshot(`
      "
      step-1 ── step-2 ── step-3 ── step-4 ── step-5 ── step-6 ── step-7 ── step-8 ── step-9 ── →
      → ── step-10 ── step-11 ── step-12
      "
    `);
  });

  test('several lines that go on below have numbers', () => {
    const edges: Record<string, string[]> = { 'extract-orders': [], 'extract-users': [] };
    for (let i = 1; i <= 8; i++) {
      edges[`orders-${i}`] = [i === 1 ? 'extract-orders' : `orders-${i - 1}`];
      edges[`users-${i}`] = [
        i === 1 ? 'extract-users' : `users-${i - 1}`,
        i === 1 ? 'extract-orders' : `orders-${i - 1}`,
      ];
    }
    expect(draw(edges)).toMatchInlineSnapshot(`
      "
      extract-orders ─┬─── orders-1 ─┬─── orders-2 ─┬─── orders-3 ─┬─── orders-4 ─┬─── orders-5 ── →1
                      └─┐            └─┐            └─┐            └─┐            └─┐
      extract-users ────┴─ users-1 ────┴─ users-2 ────┴─ users-3 ────┴─ users-4 ────┴─ users-5 ─── →2

      1→ ─┬─── orders-6 ─┬─── orders-7 ─┬─── orders-8
          └─┐            └─┐            └─┐
      2→ ───┴─ users-6 ────┴─ users-7 ────┴─ users-8
      "
    `);
  });

  test('tasks without any edge stand below the rest, side by side', () => {
    expect(draw({ build: [], docs: [], licences: [], test: ['build'], audit: [] })).toMatchInlineSnapshot(`
      "
      build ── test

      docs       licences   audit
      "
    `);
  });

  test('where lines would cross too often, each task is listed with its needs', () => {
    const tables = Array.from({ length: 8 }, (_, i) => `load-table-${i + 1}`);
    const models = tables.map((table, i): [string, string[]] => [
      `model-${i + 1}`,
      [table, tables[(i * 3 + 1) % 8] ?? '', tables[(i * 5 + 6) % 8] ?? ''],
    ]);
    expect(
      draw(Object.fromEntries([...tables.map((table): [string, string[]] => [table, []]), ...models])),
    ).toMatchInlineSnapshot(`
      "
      wave 1 │ load-table-1, load-table-2, load-table-3, load-table-4, load-table-5, load-table-6,
             │     load-table-7, load-table-8
      wave 2 │ model-1 ← load-table-1, load-table-2, load-table-7
             │ model-2 ← load-table-2, load-table-4, load-table-5
             │ model-3 ← load-table-1, load-table-3, load-table-8
             │ model-4 ← load-table-3, load-table-4, load-table-6
             │ model-5 ← load-table-3, load-table-5, load-table-6
             │ model-6 ← load-table-1, load-table-6, load-table-8
             │ model-7 ← load-table-4, load-table-5, load-table-7
             │ model-8 ← load-table-2, load-table-7, load-table-8
      "
    `);
  });

  test('long labels lose their middle, and control characters', () => {
    const text = drawGraph([
      { label: 'build-the-whole-monorepo-for-linux-arm64', needs: [] },
      { label: 'a\nb', needs: [0] },
    ]);
    expect(text).toBe('build-the-whole-monor…inux-arm64 ── a b');
  });

  test('a group is a box, in which its nodes lose its name', () => {
    const text = draw({
      build: [],
      'eu.deploy': ['build'],
      'us.deploy': ['build'],
      'eu.smoke': ['eu.deploy'],
      'us.smoke': ['us.deploy'],
      announce: ['eu.smoke', 'us.smoke'],
    });
    expect(text).toMatchInlineSnapshot(`
      "
      build ─┐                       ┌─ announce
             │  ╭ eu ┄┄┄┄┄┄┄┄┄┄┄┄┄╮  │
             ├─── deploy ── smoke ───┤
             │  ╰┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╯  │
             │  ╭ us ┄┄┄┄┄┄┄┄┄┄┄┄┄╮  │
             └─── deploy ── smoke ───┘
                ╰┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╯
      "
    `);
  });

  test('groups in a group are boxes in its box', () => {
    const text = draw({
      build: [],
      'prod.eu.deploy': ['build'],
      'prod.us.deploy': ['build'],
      'prod.eu.smoke': ['prod.eu.deploy'],
      'prod.us.smoke': ['prod.us.deploy'],
      'prod.check': ['prod.eu.smoke', 'prod.us.smoke'],
    });
    expect(text).toMatchInlineSnapshot(`
      "
      build ─┐
             │  ╭┄┄ prod ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╮
             │  ┆                      ┌─ check ┆
             │  ┆ ╭ eu ┄┄┄┄┄┄┄┄┄┄┄┄┄╮  │        ┆
             ├───── deploy ── smoke ───┤        ┆
             │  ┆ ╰┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╯  │        ┆
             │  ┆ ╭ us ┄┄┄┄┄┄┄┄┄┄┄┄┄╮  │        ┆
             └───── deploy ── smoke ───┘        ┆
                ┆ ╰┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╯           ┆
                ╰┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╯
      "
    `);
  });

  test('a line that leads past the nodes of a group interrupts the sides of its box', () => {
    const text = draw({
      build: [],
      'eu.deploy': ['build'],
      licences: ['build'],
      'eu.smoke': ['eu.deploy'],
      'us.deploy': ['licences'],
    });
    expect(text).toMatchInlineSnapshot(`
      "
      build ─┬─── licences ─┐
             │  ╭ eu ┄┄┄┄┄┄┄│┄┄┄┄┄┄┄┄┄┄┄╮
             └─── deploy ───│─── smoke  ┆
                ╰┄┄┄┄┄┄┄┄┄┄┄│┄┄┄┄┄┄┄┄┄┄┄╯
                            │  ╭ us ┄┄┄┄╮
                            └─── deploy ┆
                               ╰┄┄┄┄┄┄┄┄╯
      "
    `);
  });

  test('a box is as wide as its title, and stands also around a node without edges', () => {
    expect(draw({ 'notifications.mail': [], build: [], test: ['build'] })).toMatchInlineSnapshot(`
      "
      ╭ notifications ╮
      ┆ mail          ┆
      ╰┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╯
        build ──────────── test
      "
    `);
  });

  test('a box that is too wide goes on below', () => {
    const ids = Array.from({ length: 9 }, (_, i) => (i > 2 ? `migrate.version-${i}` : `prepare-${i}`));
    expect(draw(Object.fromEntries(ids.map((id, i) => [id, ids.slice(i - 1, i)])))).toMatchInlineSnapshot(`
      "
      prepare-0 ── prepare-1 ── prepare-2 ─┐
                                           │  ╭ migrate ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╮
                                           └─── version-3 ── version-4 ── version-5 ──── →
                                              ╰┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╯

           ╭ migrate ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╮
      → ──── version-6 ── version-7 ── version-8 ┆
           ╰┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╯
      "
    `);
  });

  test('no nodes are no text', () => {
    expect(drawGraph([])).toBe('');
  });
});

// Most graphs of 30 nodes are drawn, most of 200 are listed.
describe.for([
  { maxNodes: 30, numRuns: 200 },
  { maxNodes: 200, numRuns: 60 },
])('any graph of up to $maxNodes nodes', ({ maxNodes, numRuns }) => {
  const holds = (property: (nodes: readonly GraphNode[]) => void) => {
    const plans = arbitraryPlan(maxNodes).filter(({ tasks }) => tasks.length > 0);
    fc.assert(
      fc.property(plans, (plan) => property(nodesOf(plan))),
      { numRuns },
    );
  };

  test('can be read back: every node is there once, with exactly the needs that no path implies', () => {
    holds((nodes) => {
      const read = readGraph(drawGraph(nodes));
      expect(read.labels.toSorted()).toEqual(nodes.map(({ label }) => label).toSorted());
      expect(read.edges).toEqual(impliedByNoPath(nodes));
    });
  });

  test.for([60, 84, 100])(
    'is at most %i characters wide, without blanks at ends of lines or empty lines around',
    (width) => {
      holds((nodes) => {
        const longer = nodes.map(({ label, needs }, i) => ({ label: label.padEnd((i * 7) % 90, '-x'), needs }));
        const lines = drawGraph(longer, width).split('\n');
        expect(lines.filter((line) => [...line].length > width)).toEqual([]);
        expect(lines.filter((line) => /\s$/.test(line))).toEqual([]);
        expect([lines[0], lines.at(-1)]).not.toContain('');
      });
    },
  );

  test('gives the same text again', () => {
    holds((nodes) => {
      expect(drawGraph(structuredClone(nodes))).toBe(drawGraph(nodes));
    });
  });
});

// Most of the small ones have boxes, most of the large ones a list of their groups.
describe.for([
  { maxNodes: 12, numRuns: 150 },
  { maxNodes: 60, numRuns: 40 },
])('any graph of up to $maxNodes nodes in nested groups', ({ maxNodes, numRuns }) => {
  const grouped = fc
    .tuple(
      arbitraryPlan(maxNodes),
      fc.array(fc.constantFrom('', 'a.', 'b.', 'a.c.', 'a.d.', 'a.c.e.', 'b.c.'), { minLength: 1 }),
    )
    .filter(([{ tasks }]) => tasks.length > 0)
    .map(([plan, prefixes]) =>
      nodesOf({
        ...plan,
        tasks: plan.tasks.map((task, i) => ({ ...task, id: (prefixes[i % prefixes.length] ?? '') + task.id })),
      }),
    );
  const holds = (property: (nodes: readonly GraphNode[]) => void) => {
    fc.assert(fc.property(grouped, property), { numRuns });
  };

  test('can be read back: every node is there once, in the boxes of its groups, or the groups are listed below', () => {
    holds((nodes) => {
      const read = readGraph(drawGraph(nodes));
      expect(read.labels.toSorted()).toEqual(nodes.map(({ label }) => label).toSorted());
      expect(read.edges).toEqual(impliedByNoPath(nodes));
      const memberships = nodes.flatMap(({ label, boxed }) =>
        (boxed?.groups ?? []).map((_, depth) => `${boxed?.groups.slice(0, depth + 1).join('.')}: ${label}`),
      );
      if (read.boxes.length > 0) expect(read.listed).toEqual([]);
      else expect(read.listed).toEqual(memberships.sort());
    });
  });

  test('has at least one box for every group, or none', () => {
    holds((nodes) => {
      const { boxes } = readGraph(drawGraph(nodes));
      const groups = nodes.flatMap(({ boxed }) =>
        (boxed?.groups ?? []).map((_, depth) => boxed?.groups.slice(0, depth + 1).join('.') ?? ''),
      );
      expect([[], [...new Set(groups)].sort()]).toContainEqual([...new Set(boxes)].sort());
    });
  });

  test.for([60, 100])('is at most %i characters wide', (width) => {
    holds((nodes) => {
      const longer = nodes.map((node, i) => ({ ...node, label: node.label.padEnd((i * 7) % 90, '-x') }));
      const lines = drawGraph(longer, width).split('\n');
      expect(lines.filter((line) => [...line].length > width || /\s$/.test(line))).toEqual([]);
    });
  });
});

test('most small graphs with groups are drawn with their boxes', () => {
  const plans = fc.sample(arbitraryPlan(12), { numRuns: 200, seed: 1 }).filter(({ tasks }) => tasks.length > 0);
  const drawn = plans.filter((plan) => {
    const tasks = plan.tasks.map((task, i) => ({ ...task, id: `${i % 2 === 0 ? 'even' : 'odd'}.${task.id}` }));
    return readGraph(drawGraph(nodesOf({ ...plan, tasks }))).boxes.length > 0;
  });
  expect(drawn.length / plans.length).toBeGreaterThan(0.9);
});

function draw(edges: Parameters<typeof planOf>[0]): string {
  return `\n${drawGraph(nodesOf(planOf(edges)))}\n`;
}

function waveOf(
  ids: readonly string[] | undefined,
  needs: readonly string[] | undefined,
): [string, readonly string[]][] {
  return (ids ?? []).map((id) => [id, needs ?? []]);
}

function nodesOf(plan: Plan): GraphNode[] {
  return plan.tasks.map(({ id, needs }) => {
    const { groups, rest } = readGroups(id);
    return { label: id, needs, ...(groups.length > 0 && { boxed: { groups, label: rest } }) };
  });
}

/** The naive definition: an edge counts if its end can't be reached over any other node. */
function impliedByNoPath(nodes: readonly GraphNode[]): string[] {
  const upstream: Set<number>[] = [];
  return nodes
    .flatMap(({ label, needs }, index) => {
      upstream[index] = new Set(needs.flatMap((need) => [need, ...(upstream[need] ?? [])]));
      const own = [...new Set(needs)];
      return own
        .filter((need) => !own.some((other) => upstream[other]?.has(need)))
        .map((need) => `${nodes[need]?.label} → ${label}`);
    })
    .sort();
}
