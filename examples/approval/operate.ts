import type { Run, RunSnapshot, TaskState } from 'pawl';
import { writeJson } from './json-file.js';
import { officeFiles } from './office.js';

/**
 * Does what two people would do on a page of yours, or with `temporal workflow update`: one puts right what the held task failed for and
 * retries it, the other approves.
 */
export async function operate(run: Run, folder: string): Promise<void> {
  const seen = new Map<string, TaskState>();
  for await (const snapshot of run.watch({ interval: 100 })) {
    printChanges(snapshot, seen);

    if (seen.get('budget') === 'held') {
      console.log(`\nWhy is there no payment, and what can be done?\n`);
      for (const id of ['payment', 'budget']) console.log(await run.explain(id));
      const file = officeFiles(folder).costCentre('travel');
      await writeJson(file, { left: 50_000 });
      console.log(`\nfinance-desk writes ${file} and retries\n`);
      await run.task('budget').retry({ actor: 'finance-desk', reason: "opened the cost centre 'travel'" });
    }
    if (seen.get('approve') === 'waiting') {
      console.log('\nteam-lead approves\n');
      await run.approve('approve', { actor: 'team-lead', reason: 'the trip was agreed on' });
    }
  }
}

function printChanges({ tasks }: RunSnapshot, seen: Map<string, TaskState>): void {
  for (const { id, state, error } of tasks) {
    if (state === (seen.get(id) ?? 'pending')) continue;
    seen.set(id, state);
    console.log(`  ${id.padEnd(8)}  ${state}${state === 'held' ? `: ${error?.message}` : ''}`);
  }
}
