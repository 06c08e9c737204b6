import { type DrawnBox, eraseBoxes } from './read-boxes.js';

/**
 * Reads a drawing or a listing of `drawGraph` back, independently of how it was made, for labels that are plain words: which
 * labels there are, each as often as it is there, and which label is needed by which. A label in boxes is read with their titles in
 * front: `eu.north.build`.
 */
export interface ReadGraph {
  readonly labels: readonly string[];
  /** `need → label`, sorted. */
  readonly edges: readonly string[];
  /** Of groups that are listed below: `eu: eu.build`, sorted. */
  readonly listed: readonly string[];
  /** The titles of the boxes, with those around them. */
  readonly boxes: readonly string[];
}

export function readGraph(text: string): ReadGraph {
  const [, graph = '', groups] = /^(.*?)(?:\n\n(\[.*))?$/s.exec(text) ?? [];
  const read = graph.startsWith('wave 1') ? readListing(graph) : readDrawing(graph);
  return { ...read, listed: readGroupListing(groups ?? '') };
}

function readGroupListing(text: string): string[] {
  const lines = text === '' ? [] : text.replace(/\n {4}/g, ' ').split('\n');
  return lines
    .flatMap((line) => {
      const [, group = '', members = ''] = /^\[(.*?)\] (.*)$/.exec(line) ?? [];
      return words(members).map((member) => `${group}: ${member}`);
    })
    .sort();
}

type DrawnGraph = Omit<ReadGraph, 'listed'>;

function readListing(text: string): DrawnGraph {
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
  return { labels, edges: edges.sort(), boxes: [] };
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
function readDrawing(text: string): DrawnGraph {
  const { rows, boxes } = eraseBoxes(text);
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

  const isSameCut = (one: Label) => (other: Label) => one.text.replace('→', '') === other.text.replace('→', '');

  const targetsOf = (label: Label): string[] =>
    follow(rows, label.row, label.end + 2, 'E').flatMap(({ row, x }) => {
      const target = found.find((other) => other.row === row && other.start === x);
      if (target === undefined) throw new Error(`a line ends in nothing at ${row}:${x}`);
      if (!isCut(target)) return [nameOf(target, boxes)];
      const entry = entries.filter(isSameCut(target))[exits.filter(isSameCut(target)).indexOf(target)];
      if (entry === undefined) throw new Error(`'${target.text}' does not go on anywhere`);
      return targetsOf(entry);
    });

  const nodes = found.filter((label) => !isCut(label));
  const edges = nodes.flatMap((label) => targetsOf(label).map((target) => `${nameOf(label, boxes)} → ${target}`));
  return {
    labels: nodes.map((label) => nameOf(label, boxes)),
    edges: [...new Set(edges)].sort(),
    boxes: boxes.map((box) => titleOf(box, boxes)),
  };
}

/** A label is wholly in a box or wholly outside of it. */
function nameOf({ text, row, start, end }: Label, boxes: readonly DrawnBox[]): string {
  const around = boxes.filter((box) => {
    const [from, to] = [start, end].map((x) => row > box.top && row < box.bottom && x > box.left && x < box.right);
    if (from !== to) throw new Error(`a side of '${box.title}' cuts '${text}'`);
    return from;
  });
  return [...outermostFirst(around).map(({ title }) => title), text].join('.');
}

function titleOf(inner: DrawnBox, boxes: readonly DrawnBox[]): string {
  const around = boxes.filter(
    ({ top, bottom, left, right }) =>
      top <= inner.top && bottom >= inner.bottom && left <= inner.left && right >= inner.right,
  );
  return outermostFirst(around)
    .map(({ title }) => title)
    .join('.');
}

function outermostFirst(boxes: readonly DrawnBox[]): DrawnBox[] {
  return boxes.toSorted((a, b) => a.left - b.left || b.right - a.right || a.top - b.top);
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
