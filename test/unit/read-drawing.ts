/**
 * Reads a drawing or a listing of `drawGraph` back, independently of how it was made, for labels that are plain words: which
 * labels there are, each as often as it is there, and which label is needed by which.
 */
export interface ReadGraph {
  readonly labels: readonly string[];
  /** `need → label`, sorted. */
  readonly edges: readonly string[];
}

export function readGraph(text: string): ReadGraph {
  return text.startsWith('wave 1') ? readListing(text) : readDrawing(text);
}

function readListing(text: string): ReadGraph {
  const labels: string[] = [];
  const edges: string[] = [];
  // a continued line is indented behind the bar
  const items = text.replace(/\n *│ {5}/g, ' ').split('\n');
  for (const item of items) {
    const [members = '', needs] = item.slice(item.indexOf('│') + 1).split('←');
    const listed = words(members);
    labels.push(...listed);
    if (needs !== undefined)
      for (const need of words(needs)) edges.push(...listed.map((label) => `${need} → ${label}`));
  }
  return { labels, edges: edges.sort() };
}

function words(list: string): string[] {
  return list.split(',').map((word) => word.trim());
}

type Direction = 'N' | 'E' | 'S' | 'W';

const LINES: Readonly<Record<string, string>> = {
  '│': 'NS',
  '─': 'EW',
  '└': 'NE',
  '┌': 'ES',
  '├': 'NES',
  '┘': 'NW',
  '┴': 'NEW',
  '┐': 'SW',
  '┤': 'NSW',
  '┬': 'ESW',
  '┼': 'NESW',
};

interface Label {
  readonly text: string;
  readonly row: number;
  readonly start: number;
  readonly end: number;
}

/** Follows the lines from each label to the right: up or down at joints, but never back to the left. */
function readDrawing(text: string): ReadGraph {
  const rows = text.split('\n').map((line) => [...line]);
  const found = rows.flatMap((row, y): Label[] =>
    [...row.join('').matchAll(/[^\s─│└┌├┘┴┐┤┬┼]+/g)].map(({ 0: label, index }) => ({
      text: label,
      row: y,
      start: index,
      end: index + label.length - 1,
    })),
  );
  const isCut = ({ text: label }: Label) => label.includes('→');
  const entries = found.filter((label) => isCut(label) && rows[label.row]?.[label.end + 2] !== undefined);
  const exits = found.filter((label) => isCut(label) && !entries.includes(label));

  const targetsOf = (label: Label): string[] =>
    follow(rows, label.row, label.end + 2, 'E').flatMap(({ row, x }) => {
      const target = found.find((other) => other.row === row && other.start === x);
      if (target === undefined) throw new Error(`a line ends in nothing at ${row}:${x}`);
      if (!isCut(target)) return [target.text];
      const entry = entries[exits.indexOf(target)];
      if (entry === undefined || [...entry.text].toSorted().join() !== [...target.text].toSorted().join()) {
        throw new Error(`'${target.text}' does not go on anywhere`);
      }
      return targetsOf(entry);
    });

  const nodes = found.filter((label) => !isCut(label));
  const edges = nodes.flatMap((label) => targetsOf(label).map((target) => `${label.text} → ${target}`));
  return { labels: nodes.map((label) => label.text), edges: [...new Set(edges)].sort() };
}

/** Where the lines from a character on reach a label. */
function follow(
  rows: readonly (readonly string[])[],
  row: number,
  x: number,
  heading: Direction,
): { row: number; x: number }[] {
  const character = rows[row]?.[x];
  if (heading === 'E' && (character === undefined || character === ' ')) {
    const next = rows[row]?.[x + 1];
    return next === undefined || next === ' ' || next in LINES ? [] : [{ row, x: x + 1 }];
  }
  const lines = LINES[character ?? ''];
  if (lines === undefined) throw new Error(`a line ends in '${character}' at ${row}:${x}`);
  const passesUnder = heading === 'E' && character === '│';
  const came = { N: 'S', E: 'W', S: 'N', W: 'E' }[heading];
  if (!passesUnder && !lines.includes(came)) throw new Error(`a line meets '${character}' at ${row}:${x}`);
  const onward = passesUnder ? 'E' : [...lines].filter((direction) => direction !== came && direction !== 'W').join('');
  return [...onward].flatMap((direction) => {
    if (direction === 'N') return follow(rows, row - 1, x, 'N');
    if (direction === 'S') return follow(rows, row + 1, x, 'S');
    return follow(rows, row, x + 1, 'E');
  });
}
