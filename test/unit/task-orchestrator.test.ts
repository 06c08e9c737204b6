import { expect, test } from 'vitest';
import { TaskOrchestrator } from '../../src/core/task-orchestrator.js';
import { NeedTally } from '../../src/core/trigger-rule.js';

test('a task that no worker serves waits a second, then half as long again each time, and a minute at most', () => {
  const task = new TaskOrchestrator(0, new NeedTally('all_success', 0));
  const delays = Array.from({ length: 12 }, () => {
    task.dispatch(0);
    return task.waitForWorker('no handler', 0);
  });
  expect(delays).toEqual([1_000, 1_500, 2_250, 3_375, 5_063, 7_594, 11_391, 17_086, 25_629, 38_443, 57_665, 60_000]);
});

test('the time of the first dispatch is kept when a task is dispatched again', () => {
  const task = new TaskOrchestrator(0, new NeedTally('all_success', 0));
  task.dispatch(5);
  task.waitForWorker('no handler', 0);
  task.dispatch(9);
  expect(task.scheduledAt).toBe(5);
});
