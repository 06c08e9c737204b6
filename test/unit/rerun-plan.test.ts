import { expect, test } from 'vitest';
import { rerunPlan } from '../../src/client/rerun/rerun-plan.js';

const compared = 'nothing: the plan is the same';

test('a dry run prints what becomes of each task, and why', () => {
  const plan = rerunPlan({
    workflowId: 'release-42',
    runId: 'run-1',
    newWorkflowId: 'release-42',
    newKeys: false,
    tasks: [
      { id: 'build', action: 'reuse', compared, why: 'it has succeeded' },
      { id: 'smoke', action: 'rerun', compared, why: 'it was failed: broke', items: { total: 30, rerun: numbers(12) } },
      { id: 'go-live', action: 'rerun', compared, why: "it needs 'smoke', which runs again" },
    ],
    refused: undefined,
  });
  expect(String(plan).split('\n')).toEqual([
    "rerun of 'release-42' (run id run-1): 2 of 3 tasks run again, 1 are reused",
    '  build    reuse  it has succeeded (compared: nothing: the plan is the same)',
    '  smoke    rerun  12 of 30 items: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more; it was failed: broke (compared: nothing: the plan is the same)',
    "  go-live  rerun  it needs 'smoke', which runs again (compared: nothing: the plan is the same)",
    'idempotency keys: those of the run that it goes on from, and new ones for what had been undone (newKeys: true: all new)',
  ]);
});

test('and under which id, and with which keys', () => {
  const ids = { workflowId: 'a', runId: 'run-1', newWorkflowId: 'b' };
  const plan = rerunPlan({ ...ids, newKeys: true, tasks: [], refused: 'nothing would run again' });
  expect(String(plan)).toBe(
    "rerun of 'a' (run id run-1) as 'b': 0 of 0 tasks run again, 0 are reused\nidempotency keys: new ones\nit would be refused: nothing would run again",
  );
});

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
