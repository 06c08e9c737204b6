import { expect, test } from 'vitest';
import type { Json } from '../../src/core/json.js';
import { Scheduler } from '../../src/core/scheduler.js';
import { compile, workflow } from '../../src/index.js';
import { LargeNeeds } from '../../workflows/large-needs.js';

const LARGE = 'x'.repeat(100_000);

test('what a child that still runs is given is not stored as what tasks need: its output would be lost', () => {
  const { scheduler, command, asked, needs } = needed();
  const [quick, slow] = [scheduler.tasks[0], scheduler.tasks[1]];
  if (quick === undefined || slow === undefined) throw new Error('there are no tasks');
  Object.assign(quick, { output: LARGE });
  quick.settle('succeeded', 1);
  slow.dispatch(1);
  slow.output = LARGE;
  needs.store(command, { needs: {} } as never, 200_000)?.(() => {});
  expect(asked).toEqual([[LARGE]]);
});

function needed() {
  const definition = workflow('racing', {}, ({ task }) => {
    const quick = task('quick', { run: () => 'x' });
    const slow = task('slow', { run: () => 'x' });
    task('first', { needs: { quick, slow }, trigger: 'one_success', run: () => 1 });
  });
  const scheduler = new Scheduler(compile(definition));
  const asked: (readonly Json[])[] = [];
  const values = { storeThen: (given: readonly Json[]) => void asked.push(given) };
  const needs = new LargeNeeds(
    scheduler,
    values,
    () => 0,
    () => {},
  );
  const command = { kind: 'startTask', task: 2, call: 'run', dispatch: 1, attemptsUsed: 0, attemptsLeft: 1 } as const;
  return { scheduler, command, asked, needs };
}
