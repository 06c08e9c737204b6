/**
 * Text from outside as the content of a table cell in GitHub's Markdown: on one line, at most `maximum` characters before it is
 * escaped, and with nothing in it that Markdown would take for its own.
 */
export function markdownCell(text: string, maximum: number): string {
  const line = text.replace(ANSI_STYLE, '').replace(BLANKS, ' ').trim();
  // cut by code point: half a surrogate pair would break the whole document's encoding
  const cut = line.length <= maximum ? line : `${[...line].slice(0, maximum).join('').trimEnd()} …`;
  return cut.replace(SPECIAL, '\\$&');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: test runners colour their messages
const ANSI_STYLE = /\u001b\[[0-9;]*[A-Za-z]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they would end the row
const BLANKS = /[\s\u0000-\u001f\u007f-\u009f]+/g;
/** An underscore within a word, as ids have them, means nothing. */
const SPECIAL = /[\\`*[\]<>|~&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;
