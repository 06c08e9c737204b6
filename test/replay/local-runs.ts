import { setTimeout as pause } from 'node:timers/promises';
import { workflow } from '../../src/index.js';
import { ended, type RecordedRun } from './stage.js';

const once = { retry: { maximumAttempts: 1 } };

const child = workflow('child', { placement: 'local' }, ({ task }) => ({ one: task('one', { run: () => 1 }) }));

/** Beside activities, with conditions, items, attempts that wait for a timer and attempts that don't, and what was done is undone. */
const mixed = workflow('mixed', { placement: 'local' }, ({ task, map, resource, subworkflow, onFinish }) => {
  const build = task('build', { run: () => 'image', compensate: () => {} });
  const db = resource('db', { needs: { build }, create: () => 'url', destroy: () => {} });
  const far = task('far', { placement: 'activity', needs: { build }, run: ({ build }) => build });
  const items = map('items', { needs: { build }, over: () => [1, 2, 3], tolerate: 1, ...once, run: tolerated });
  const later = task('later', { retry: { initialInterval: 200 }, run: (_, { attempt }) => succeedsAt(2, attempt) });
  const soon = task('soon', { retry: { initialInterval: 10 }, run: (_, { attempt }) => succeedsAt(3, attempt) });
  const no = task('no', { when: () => false, run: () => 1 });
  task('never', { needs: { no }, run: ({ no }) => no });
  const inner = subworkflow('inner', child, { with: () => undefined });
  task('last', { needs: { db, far, items, later, soon, inner }, ...once, run: () => succeedsAt(2, 1) });
  onFinish('notify', { run: () => {} });
});

function tolerated(item: number): number {
  if (item === 2) throw new Error('it is broken');
  return item;
}

function succeedsAt(which: number, attempt: number): number {
  if (attempt < which) throw new Error('once more');
  return attempt;
}

/** More of them than a workflow task starts. */
const many = workflow('many', { placement: 'local' }, ({ map }) => {
  const all = map('all', { over: () => Array.from({ length: 210 }, (_, item) => item), run: () => {} });
  return { all };
});

/** One takes longer than a workflow task may, of which the server is told; meanwhile an activity ends. */
const long = workflow('long', {}, ({ task, approval }) => {
  const first = task('first', { placement: 'local', run: () => pause(4_000, 1) });
  const second = task('second', { run: () => 2 });
  const third = task('third', { placement: 'local', needs: { second }, run: ({ second }) => second + 1 });
  const go = approval('go');
  const sum = task('sum', {
    placement: 'local',
    needs: { first, third, go },
    run: ({ first, third }) => first + third,
  });
  return { sum };
});

const growing = workflow('growing', { placement: 'local' }, ({ task }) => {
  const kept = task('kept', { run: () => 1 });
  return { added: task('added', { needs: { kept }, run: ({ kept }) => kept + 1 }) };
});

const olderGrowing = workflow('growing', {}, ({ task }) => void task('kept', { run: () => 1 }));

const continued = workflow('continued', { placement: 'local' }, ({ task, map }) => {
  let last = task('t0', { run: () => 0 });
  for (let i = 1; i < 16; i++) {
    const far = task(`far${i}`, { placement: 'activity', needs: { last }, run: ({ last }) => last + 1 });
    last = task(`t${i}`, { needs: { far }, run: ({ far }) => far + 1 });
  }
  map('items', { over: () => [1, 2, 3, 4, 5, 6, 7, 8], concurrency: 2, run: (item) => pause(20, item) });
  return { last };
});

const MARKER = 'EVENT_TYPE_MARKER_RECORDED';
const TIMER = 'EVENT_TYPE_TIMER_FIRED';

export const localRuns: readonly RecordedRun[] = [
  {
    name: 'local-mixed',
    contains: [MARKER, TIMER, 'EVENT_TYPE_ACTIVITY_TASK_COMPLETED', 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED'],
    record: (stage) =>
      stage.withWorker([mixed, child], async () => ended(await stage.engine.start(mixed, undefined, stage.options))),
  },
  { name: 'local-many', contains: [MARKER, TIMER], record: (stage) => stage.steer(many, async () => {}) },
  {
    name: 'local-long',
    contains: [MARKER, 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED'],
    record: (stage) =>
      stage.steer(long, async (run) => {
        await stage.waitForEvent(run, (event) => event.activityTaskCompletedEventAttributes);
        await run.pause();
        await run.resume();
        await run.approve('go');
      }),
  },
  {
    name: 'local-waiting-for-a-worker',
    contains: [MARKER, TIMER, 'EVENT_TYPE_ACTIVITY_TASK_COMPLETED'],
    record: async (stage) => {
      const run = await stage.engine.start(growing, undefined, stage.options);
      await stage.withWorker([olderGrowing], () => stage.waitForState(run, 'added', 'waiting'));
      await stage.withWorker([growing], () => ended(run));
    },
  },
  {
    name: 'local-continued',
    contains: [MARKER],
    others: [{ name: 'local-continued-execution-1', execution: 1, contains: [MARKER] }],
    record: (stage) => stage.steerShort(continued, 100, async () => {}),
  },
];
