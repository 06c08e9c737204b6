/** A box of a drawing, by the characters of its sides. */
export interface DrawnBox {
  readonly title: string;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** What may interrupt the sides of a box: lines, which go on beyond them. */
const ACROSS_LEVEL = '│';
const ACROSS_UPRIGHT = '─';

/** Finds the boxes of a drawing, and returns it without them. */
export function eraseBoxes(text: string): { readonly rows: string[][]; readonly boxes: readonly DrawnBox[] } {
  const rows = text.split('\n').map((line) => [...line]);
  const boxes = rows.flatMap((row, top) =>
    row.flatMap((character, left) => (character === '╭' ? [readBox(rows, top, left)] : [])),
  );
  for (const { top, bottom, left, right } of boxes) {
    for (let x = left; x <= right; x++) for (const y of [top, bottom]) erase(rows, y, x, ACROSS_LEVEL);
    for (let y = top; y <= bottom; y++) for (const x of [left, right]) erase(rows, y, x, ACROSS_UPRIGHT);
  }
  return { rows, boxes };
}

function readBox(rows: readonly (readonly string[])[], top: number, left: number): DrawnBox {
  const right = rows[top]?.indexOf('╮', left) ?? -1;
  const side = rows[top]?.slice(left + 1, right).join('') ?? '';
  const [, title] = /^[┄│]* (\S+) [┄│]*$/.exec(side) ?? [];
  if (right < 0 || title === undefined) throw new Error(`no box begins at ${top}:${left}: '${side}'`);
  let bottom = top + 1;
  while (rows[bottom]?.[left] === '┆' || rows[bottom]?.[left] === ACROSS_UPRIGHT) bottom++;
  const lower = rows[bottom]?.slice(left, right + 1).join('') ?? '';
  if (!/^╰[┄│]+╯$/.test(lower)) throw new Error(`the box '${title}' is not closed: '${lower}'`);
  for (let y = top + 1; y < bottom; y++) {
    if (!'┆─'.includes(rows[y]?.[right] ?? ''))
      throw new Error(`the right side of '${title}' has a hole at ${y}:${right}`);
  }
  return { title, top, bottom, left, right };
}

function erase(rows: string[][], y: number, x: number, line: string): void {
  const row = rows[y];
  if (row !== undefined && row[x] !== line) row[x] = ' ';
}
