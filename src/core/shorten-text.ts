/** Keeps so many characters at each end: of a command's output the end says what went wrong, of most other messages the beginning. */
export function shortenText(text: string, ends: number): string {
  const left = text.length - 2 * ends;
  return left <= 0 ? text : `${text.slice(0, ends)} … (${left} more characters) … ${text.slice(-ends)}`;
}
