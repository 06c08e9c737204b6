import { widthOf } from './text-lines.js';

/** Directions in which lines leave a character. */
const NORTH = 1;
const EAST = 2;
const SOUTH = 4;
const WEST = 8;

/** By the sum of the directions. A line that ends in the middle of a character is drawn to its edge. */
const GLYPHS = ' │─└││┌├─┘─┴┐┤┬┼';

interface CanvasRow {
  readonly lines: Uint8Array;
  /** 1 where a horizontal line passes under a vertical one. */
  readonly under: Uint8Array;
  /** What is seen where there are neither lines nor texts. */
  readonly frame: string[];
  readonly texts: { readonly x: number; readonly text: string }[];
}

/** In characters; the sides are part of it. */
interface Rectangle {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * A sheet for box characters. Lines are joined only where that is said; elsewhere a horizontal line passes under the
 * vertical one that it meets, and is shown interrupted (`─│─`).
 */
export class BoxCanvas {
  readonly #rows: readonly CanvasRow[];
  #crossings = 0;

  constructor(width: number, height: number) {
    this.#rows = Array.from({ length: height }, () => ({
      lines: new Uint8Array(width),
      under: new Uint8Array(width),
      frame: [],
      texts: [],
    }));
  }

  /** How often a line passes under another. */
  get crossings(): number {
    return this.#crossings;
  }

  /** Both ends are joined to what else is there. */
  horizontal(y: number, from: number, to: number): void {
    const lines = this.#rows[y]?.lines;
    if (lines === undefined) return;
    for (let x = from; x <= to; x++) lines[x] = (lines[x] ?? 0) | (x < to ? EAST : 0) | (x > from ? WEST : 0);
    if (from === to) lines[from] = (lines[from] ?? 0) | EAST | WEST;
  }

  /** From the first to the last of the rows; joined to the horizontal lines in these rows, which must be drawn before. */
  vertical(x: number, rows: readonly number[]): void {
    const joined = new Set(rows);
    const [top, bottom] = [Math.min(...rows), Math.max(...rows)];
    for (let y = top; y <= bottom; y++) {
      const row = this.#rows[y];
      if (row === undefined) continue;
      const present = row.lines[x] ?? 0;
      if (present !== 0 && !joined.has(y)) {
        row.under[x] = 1;
        this.#crossings++;
      }
      row.lines[x] = present | (y < bottom ? SOUTH : 0) | (y > top ? NORTH : 0);
    }
  }

  /** Texts of a row must come from left to right. */
  text(y: number, x: number, text: string): void {
    this.#rows[y]?.texts.push({ x, text });
  }

  /** A box behind everything else: whatever meets it interrupts it. */
  frame({ left, right, top, bottom }: Rectangle): void {
    for (let x = left; x <= right; x++) for (const y of [top, bottom]) this.#frameAt(y, x, '┄');
    for (let y = top; y <= bottom; y++) for (const x of [left, right]) this.#frameAt(y, x, '┆');
    this.#frameAt(top, left, '╭');
    this.#frameAt(top, right, '╮');
    this.#frameAt(bottom, left, '╰');
    this.#frameAt(bottom, right, '╯');
  }

  /** In the upper side of a box. */
  frameTitle(y: number, x: number, title: string): void {
    [...title].forEach((character, i) => {
      this.#frameAt(y, x + i, character);
    });
  }

  #frameAt(y: number, x: number, character: string): void {
    const frame = this.#rows[y]?.frame;
    if (frame !== undefined) frame[x] = character;
  }

  toString(): string {
    return this.#rows.map(rowText).join('\n');
  }
}

function rowText({ lines, under, frame, texts }: CanvasRow): string {
  let line = '';
  let x = 0;
  const characterAt = (x: number) => {
    if (under[x] === 1) return '│';
    const joined = lines[x] ?? 0;
    return joined > 0 ? GLYPHS.charAt(joined) : (frame[x] ?? ' ');
  };
  const drawTo = (end: number) => {
    for (; x < end; x++) line += characterAt(x);
  };
  for (const { x: start, text } of texts) {
    drawTo(start);
    line += text;
    x += widthOf(text);
  }
  drawTo(lines.length);
  return line.trimEnd();
}
