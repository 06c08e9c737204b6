import { closest, distance } from 'fastest-levenshtein';

/** `did you mean 'build'?` when a known name is near enough to be a slip of the finger; otherwise what there is. */
export function suggest(wrong: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(wrong, [...known]);
  if (distance(wrong, nearest) <= Math.max(2, wrong.length * 0.4)) return `did you mean '${nearest}'?`;
  return known.length <= 12 ? `there is ${known.map((name) => `'${name}'`).join(', ')}` : undefined;
}
