import { once } from 'node:events';
import { type Run, workflow } from '../../src/index.js';
import { examplePipeline } from '../support/example-pipeline.js';
import type { Stop } from '../support/moment.js';
import { WorkerFleet } from '../support/worker-fleet.js';
import { ended, type RecordedRun, type Stage } from './stage.js';

/** Two tasks run until they are cancelled: one succeeds all the same, the other does not. */
const endless = workflow('endless', {}, ({ task }) => {
  const first = task('first', { run: () => 'done' });
  const settings = { needs: { first }, heartbeatTimeout: '1s' } as const; // so that a cancellation arrives soon
  const saves = task('saves', {
    ...settings,
    run: async (_, { signal }) => {
      await once(signal, 'abort');
      return 'saved';
    },
  });
  const stops = task('stops', {
    ...settings,
    run: async (_, { signal }) => {
      await once(signal, 'abort');
      throw new Error('stopped');
    },
  });
  return { last: task('last', { needs: { saves, stops }, run: ({ saves }) => saves }) };
});

const growing = workflow('growing', {}, ({ task }) => {
  const kept = task('kept', { run: () => 1 });
  const changed = task('changed', { needs: { kept }, run: ({ kept }) => kept + 1 });
  const added = task('added', { needs: { kept }, run: ({ kept }) => kept + 2 });
  return { changed, added };
});

/** What an older worker has of it: one task has another shape, one is missing. */
const olderGrowing = workflow('growing', {}, ({ task }) => {
  task('kept', { run: () => 1 });
  task('changed', { run: () => 0 });
});

const CANCELED = 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED';
const UNSERVED = ['EVENT_TYPE_ACTIVITY_TASK_FAILED', 'EVENT_TYPE_TIMER_STARTED'];

export const interruptedRuns: readonly RecordedRun[] = [
  {
    name: 'cancelled',
    contains: ['EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED', 'EVENT_TYPE_ACTIVITY_TASK_CANCELED', CANCELED],
    record: (stage) =>
      whileEndless(stage, async (run) => {
        await run.cancel();
        await ended(run);
      }),
  },
  {
    name: 'cancelled-at-once',
    contains: [CANCELED],
    record: async (stage) => {
      const run = await stage.engine.start(endless, undefined, stage.options);
      await run.cancel(); // before any worker has seen it
      await stage.withWorker([endless], () => ended(run));
    },
  },
  {
    name: 'terminated',
    contains: ['EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED'],
    record: (stage) => whileEndless(stage, (run) => run.terminate()),
  },
  {
    name: 'waiting-for-a-worker',
    contains: [...UNSERVED, 'EVENT_TYPE_TIMER_FIRED', 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED'],
    record: async (stage) => {
      const run = await stage.engine.start(growing, undefined, stage.options);
      await stage.withWorker([olderGrowing], () => stage.waitForEvent(run, (event) => event.timerFiredEventAttributes));
      await stage.withWorker([growing], () => ended(run));
    },
  },
  {
    name: 'cancelled-while-waiting-for-a-worker',
    contains: [...UNSERVED, 'EVENT_TYPE_TIMER_CANCELED', CANCELED],
    record: (stage) =>
      stage.withWorker([olderGrowing], async () => {
        const run = await stage.engine.start(growing, undefined, stage.options);
        await stage.waitForEvent(run, (event) => event.timerStartedEventAttributes);
        await run.cancel();
        await ended(run);
      }),
  },
  {
    name: 'workers-killed',
    contains: ['EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT', 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED'],
    record: (stage) =>
      runWhileKilling(stage, examplePipeline(), [
        { moment: 'handler entered', nth: 3, action: 'die' },
        { moment: 'workflow task computed', nth: 2, action: 'die' },
      ]),
  },
  {
    name: 'worker-killed-at-the-only-attempt',
    contains: ['EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT', 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED'],
    record: (stage) =>
      runWhileKilling(stage, examplePipeline({ maximumAttempts: 1 }), [
        { moment: 'handler entered', nth: 2, action: 'die' },
      ]),
  },
];

/** @param use is called when both tasks have been dispatched */
function whileEndless(stage: Stage, use: (run: Run<unknown>) => Promise<void>): Promise<void> {
  return stage.withWorker([endless], async () => {
    const run = await stage.engine.start(endless, undefined, stage.options);
    await stage.waitForEvent(run, (event) => event.activityTaskScheduledEventAttributes?.activityId === 'stops');
    await use(run);
  });
}

async function runWhileKilling(
  { engine, address, taskQueue, options }: Stage,
  pipeline: ReturnType<typeof examplePipeline>,
  stops: readonly Stop[],
): Promise<void> {
  await using fleet = new WorkerFleet({ address, taskQueue, name: 'killed' });
  const run = await engine.start(pipeline, { log: '/dev/null' }, options);
  for (const stop of [...stops, undefined]) {
    const worker = fleet.spawn();
    await worker.ready;
    worker.go(stop);
    await (stop === undefined ? ended(run) : worker.ended);
  }
}
