import { type Anagrams, type LengthFindings, largestFirst } from './find-anagrams.js';

export interface AnagramReport {
  readonly words: number;
  readonly groups: number;
  /** The largest groups of all. */
  readonly largest: readonly Anagrams[];
  /** Of the groups of the longest words, the largest. */
  readonly longest: Anagrams;
  readonly byLength: readonly { readonly length: number; readonly words: number; readonly groups: number }[];
}

/**
 * The reduce step. Each shard has sent its own largest groups, and the largest of all are among those.
 *
 * @param findings by length, the shortest words first
 */
export function mergeFindings(findings: readonly LengthFindings[], top: number): AnagramReport {
  return {
    words: sum(findings.map(({ words }) => words)),
    groups: sum(findings.map(({ groups }) => groups)),
    largest: findings
      .flatMap(({ largest }) => largest)
      .sort(largestFirst)
      .slice(0, top),
    longest: findings.findLast(({ groups }) => groups > 0)?.largest[0] ?? [],
    byLength: findings.map(({ length, words, groups }) => ({ length, words, groups })),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
