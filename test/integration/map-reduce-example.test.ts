import { tmpdir } from 'node:os';
import { runInProcess } from 'pawl/testing';
import { describe, expect, test } from 'vitest';
import { readWords } from '../../examples/map-reduce/words.js';
import { anagrams } from '../../examples/map-reduce/workflow.js';
import { runExample } from '../support/run-example.js';

const TOP = 20;

describe('npm run example:map-reduce', () => {
  test('reports the anagrams of all words', async () => {
    const { exitCode, output } = await runExample('map-reduce', tmpdir());
    const { groups } = inOnePass(readWords());
    expect(output).toContain('27 of 27 shards');
    expect(output).toContain('  apers apres asper pares parse pears prase presa rapes reaps spaer spare spear\n');
    expect(output).toContain('The longest: microphotographies photomicrographies');
    expect(output).toContain(`✔ 274,937 words, ${groups.length.toLocaleString('en')} groups of anagrams`);
    expect(exitCode).toBe(0);
  });
});

describe('the anagrams by map and reduce', () => {
  test('are those of a single pass over all words', async () => {
    const run = await runInProcess(anagrams, { top: TOP });
    const { report } = await run.result();
    const { groups, largest, longest } = inOnePass(readWords());
    expect(report.words).toBe(readWords().length);
    expect(report.groups).toBe(groups.length);
    expect(report.largest).toEqual(largest);
    expect(report.longest).toEqual(longest);
  });

  test('travel in small outputs', async () => {
    const run = await runInProcess(anagrams, { top: 100 });
    const { byLength } = (await run.result()).report;
    const sizes = byLength.map((_, i) => JSON.stringify(run.task(`shards[${i}]`).output).length);
    expect(Math.max(...sizes)).toBeLessThan(100 * 1024);
  });
});

/** The same without shards: one table of all words, then one sort of all groups. */
function inOnePass(words: readonly string[]) {
  const byLetters = new Map<string, string[]>();
  for (const word of words) {
    const letters = [...word].sort().join('');
    byLetters.set(letters, [...(byLetters.get(letters) ?? []), word]);
  }
  const groups = [...byLetters.values()].filter((group) => group.length > 1);
  const sorted = groups
    .map((group) => ({ group, key: group.join() }))
    .sort((a, b) => b.group.length - a.group.length || (a.key < b.key ? -1 : 1))
    .map(({ group }) => group);
  const longestLength = Math.max(...groups.map(([word = '']) => word.length));
  return {
    groups,
    largest: sorted.slice(0, TOP),
    longest: sorted.find(([word]) => word?.length === longestLength),
  };
}
