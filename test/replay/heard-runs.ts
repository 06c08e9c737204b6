import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { workflow } from '../../src/index.js';
import { untilAborted } from '../support/until-aborted.js';
import { ended, type RecordedRun } from './stage.js';

const gathering = workflow('gathering', {}, ({ task, approval }) => {
  const a = task('a', { run: () => pause(300, 1) });
  const b = task('b', { run: () => pause(900, 2) });
  return { all: task('all', { needs: { a, b, ok: approval('ok') }, run: ({ a, b }) => a + b }) };
});

/** Its first task ends when its worker does; beside it are so many that the run is to continue as new meanwhile. */
const stopping = workflow('stopping', { onFailure: 'continue' }, ({ task, onFinish }) => {
  let t = task('t1', { run: () => 1 });
  for (const id of ['t2', 't3', 't4']) t = task(id, { needs: { t }, run: ({ t }) => t + 1 });
  const first = task('first', { retry: { maximumAttempts: 1 }, run: (_, { signal }) => untilAborted(signal) });
  task('second', { needs: { first }, trigger: 'all_done', run: () => 'ran' });
  onFinish('notify', { run: () => 'stopped' });
});

/** Both of its nodes are given what a worker must check. */
const windowed = workflow('windowed', { onFailure: 'hold' }, ({ task, event }) => ({
  window: event('window', { schema: z.object({ hour: z.number() }) }),
  held: task('held', {
    output: z.number(),
    retry: { maximumAttempts: 1 },
    run: (): number => {
      throw new Error('it is broken');
    },
  }),
}));

/** Longer than the SDK waits before it reports that the workflow task is not done. */
const slow = workflow('slow', {}, ({ task }) => {
  const first = task('first', { placement: 'local', run: () => pause(2_500, 1) });
  return { second: task('second', { needs: { first }, placement: 'local', run: ({ first }) => first + 1 }) };
});

const ACCEPTED = 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED';
const MARKER = 'EVENT_TYPE_MARKER_RECORDED';
/** The one that told of the second of two results, after a workflow task for the start and one for the first. */
const TOLD_OF_BOTH = 16;

/** What comes at once, and in which order a run hears of it. */
export const heardRuns: readonly RecordedRun[] = [
  {
    name: 'heard-with-an-earlier-result',
    contains: [ACCEPTED],
    record: async (stage) => {
      const run = await stage.engine.start(gathering, undefined, stage.options);
      await stage.withWorker([gathering], () =>
        stage.waitForEvent(run, (event) => Number(event.eventId) === TOLD_OF_BOTH),
      );
      await stage.withWorker([gathering], () => run.pause());
      await stage.withWorker([gathering], async () => {
        await run.resume();
        await run.approve('ok');
        await ended(run);
      });
    },
  },
  {
    name: 'heard-when-checked',
    contains: [ACCEPTED, 'EVENT_TYPE_ACTIVITY_TASK_COMPLETED'],
    record: (stage) =>
      stage.steer(windowed, async (run) => {
        await run.send('window', { hour: 3 });
        await run.task('held').complete(4);
      }),
  },
  {
    name: 'heard-at-rest',
    contains: ['EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED', 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED'],
    record: async (stage) => {
      const run = await stage.startShort(stopping, 5);
      await stage.withWorker([stopping], () => stage.waitForState(run, 't4', 'succeeded'));
      await stage.waitForEvent(run, (event) => event.activityTaskFailedEventAttributes);
      await run.cancel();
      await stage.withWorker([stopping], () => ended(run));
    },
  },
  {
    name: 'heard-while-a-local-task-ran',
    contains: [ACCEPTED, MARKER],
    record: (stage) =>
      stage.steer(slow, async (run) => {
        await pause(500);
        await run.pause();
        await stage.waitForState(run, 'first', 'succeeded');
        await run.resume();
      }),
  },
];
