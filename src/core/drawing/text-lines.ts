/** In columns of a monospace font: one for each code point. */
export function widthOf(text: string): number {
  let width = 0;
  for (const _ of text) width++;
  return width;
}

/** On one line and at most `maximum` characters: what is cut out of the middle, since ends tell more, becomes an ellipsis. */
export function cutMiddle(text: string, maximum: number): string {
  const characters = [...text.replace(CONTROL, ' ')];
  if (characters.length <= maximum) return characters.join('');
  const tail = Math.floor(maximum / 3);
  return `${characters.slice(0, maximum - tail - 1).join('')}…${characters.slice(-tail).join('')}`;
}

/** Sets items side by side in columns of equal width, as many lines as it takes. */
export function inColumns(items: readonly string[], maxWidth: number): string[] {
  const column = Math.max(0, ...items.map(widthOf)) + COLUMN_GAP;
  const perLine = Math.max(1, Math.floor((maxWidth + COLUMN_GAP) / column));
  const lines: string[] = [];
  for (let i = 0; i < items.length; i += perLine) {
    const line = items.slice(i, i + perLine).map((item) => item + ' '.repeat(column - widthOf(item)));
    lines.push(line.join('').trimEnd());
  }
  return lines;
}

/** Joins words by spaces into lines that are at most so wide, unless a single word is wider. */
export function wrapWords(words: readonly string[], maxWidth: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > maxWidth) {
      lines.push(line);
      line = indent + word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}

const COLUMN_GAP = 3;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a terminal or break a line
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
