import { workflow } from 'pawl';
import { z } from 'zod';
import { findAnagrams } from './tasks/find-anagrams.js';
import { mergeFindings } from './tasks/merge-findings.js';
import { readWords } from './words.js';

const anagramsInput = z.object({
  /** How many groups to report. */
  top: z.int().min(1).max(100).default(5),
});

/**
 * The anagrams of the English language. Anagrams are of one length, so a shard is the words of one length: no group is spread over two
 * shards. An item is only the length; each activity reads the words by itself, as it would from a bucket or a database.
 */
export const anagrams = workflow('anagrams', { title: 'Find anagrams', input: anagramsInput }, ({ task, map }) => {
  const shards = map('shards', {
    title: 'Group the words of one length',
    over: () => [...new Set(readWords().map((word) => word.length))].sort((a, b) => a - b),
    concurrency: 4,
    run: (length, { input }) => findAnagrams(length, input.top),
  });
  const report = task('report', {
    title: 'Merge',
    needs: { shards },
    run: ({ shards }, { input }) => mergeFindings(shards, input.top),
  });
  return { report };
});
