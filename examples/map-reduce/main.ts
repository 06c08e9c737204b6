import type { OrchestrationEngine } from 'pawl';
import { withWorker } from '../with-worker.js';
import type { AnagramReport } from './tasks/merge-findings.js';
import { anagrams } from './workflow.js';

await withWorker([anagrams], reportAnagrams);

async function reportAnagrams(engine: OrchestrationEngine): Promise<void> {
  const run = await engine.start(anagrams, { top: 5 });
  console.log(`\nAnagrams: ${run.url ?? run.id}\n`);
  for await (const { tasks } of run.watch({ interval: 100 })) {
    const items = tasks.find(({ id }) => id === 'shards')?.items;
    if (items !== undefined) console.log(`  ${items.counts.succeeded} of ${items.total} shards`);
  }
  const { report } = await run.result();
  print(report);
}

function print({ words, groups, largest, longest, byLength }: AnagramReport): void {
  console.log('\n  length   words  groups of anagrams');
  const most = Math.max(...byLength.map(({ groups }) => groups));
  for (const { length, words, groups } of byLength) {
    const bar = '█'.repeat(Math.ceil((groups / most) * 40));
    console.log(`  ${pad(length, 6)}  ${pad(words, 6)}  ${pad(groups, 6)}  ${bar}`.trimEnd());
  }
  console.log('\nThe largest groups:');
  for (const group of largest) console.log(`  ${group.join(' ')}`);
  console.log(`\nThe longest: ${longest.join(' ')}`);
  console.log(`\n✔ ${words.toLocaleString('en')} words, ${groups.toLocaleString('en')} groups of anagrams`);
}

function pad(number: number, width: number): string {
  return String(number).padStart(width);
}
