/** A string in Temporal's visibility query language. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
