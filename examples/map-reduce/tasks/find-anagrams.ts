import { readWords } from '../words.js';

/** Words of the same letters, in alphabetical order. */
export type Anagrams = readonly string[];

export interface LengthFindings {
  readonly length: number;
  readonly words: number;
  /** How many groups of two or more words there are. */
  readonly groups: number;
  /** The largest of them. */
  readonly largest: readonly Anagrams[];
}

/**
 * The map step: groups the words of one length by their letters. Only counts and the best groups are returned: outputs travel through Temporal.
 *
 * @param top how many groups to return
 */
export function findAnagrams(length: number, top: number): LengthFindings {
  const words = readWords().filter((word) => word.length === length);
  const byLetters = new Map<string, string[]>();
  for (const word of words) {
    const letters = [...word].sort().join('');
    const group = byLetters.get(letters);
    if (group === undefined) byLetters.set(letters, [word]);
    else group.push(word);
  }
  const groups = [...byLetters.values()].filter((group) => group.length > 1).map((group) => group.sort());
  return { length, words: words.length, groups: groups.length, largest: groups.sort(largestFirst).slice(0, top) };
}

/** An order without ties, so that the result is the same whatever ran first. */
export function largestFirst(a: Anagrams, b: Anagrams): number {
  return b.length - a.length || (a.join() < b.join() ? -1 : 1);
}
