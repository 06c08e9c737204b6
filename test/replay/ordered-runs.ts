import { z } from 'zod';
import { type Run, settled, type WorkflowDefinition, workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { untilAborted } from '../support/until-aborted.js';
import { ended, type RecordedRun, type Stage } from './stage.js';

const once = { retry: { maximumAttempts: 1 } };
const settings = { ...once, heartbeatTimeout: '1s' } as const; // so that a cancellation arrives soon

/** With something in every state that an order can meet: pending, running, held, and waiting for a worker. */
class Ordered {
  readonly definition = this.#define(true);
  /** What the worker has of it. */
  readonly served = this.#define(false);
  #isBroken = true;

  repair(): void {
    this.#isBroken = false;
  }

  #define(isWhole: boolean): WorkflowDefinition {
    return workflow('ordered', { onFailure: 'hold' }, ({ task, map }) => {
      const fails = () => {
        if (this.#isBroken) throw new Error('it is broken');
        return { count: 1 };
      };
      const hangs = (signal: AbortSignal) => (this.#isBroken ? untilAborted(signal) : { count: 2 });
      const output = z.object({ count: z.number().default(0) });
      const held = task('held', { ...once, output, run: fails });
      const running = task('running', { ...settings, output, run: (_, { signal }) => hangs(signal) });
      const pending = task('pending', { needs: { running }, output, run: () => ({ count: 3 }) });
      const items = map('items', {
        over: () => ['fails', 'runs', 'waits'],
        concurrency: 1, // what is held has no place
        ...settings,
        run: (item, { signal }) => (item === 'fails' ? fails() : hangs(signal)),
      });
      task('after', {
        needs: { held: settled(held), running: settled(running), pending: settled(pending), items: settled(items) },
        run: ({ held }) => held.status,
      });
      if (isWhole) task('unserved', { run: () => ({ count: 4 }) });
    });
  }
}

/** Pauses between its two tasks. */
function paused() {
  const building = deferred();
  const goOn = deferred();
  const definition = workflow('paused', {}, ({ task, sleep }) => {
    const build = task('build', {
      run: async () => {
        building.resolve();
        await goOn.promise;
      },
    });
    const nap = sleep('nap', 50, { needs: { build } });
    return { last: task('last', { needs: { nap }, run: () => 'last' }) };
  });
  return { definition, building, goOn };
}

const COMPLETED = 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED';
const FAILED = 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED';
const UPDATED = 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED';
const CANCEL_ASKED = 'EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED';

/** The verbs of operators. Those for approvals and events are in the waiting runs. */
export const orderedRuns: readonly RecordedRun[] = [
  {
    name: 'order-retry',
    contains: [UPDATED, CANCEL_ASKED, COMPLETED],
    record: (stage) =>
      whenAllIsThere(stage, async (run, ordered) => {
        ordered.repair();
        for (const id of ['held', 'running', 'items[0]', 'items[1]', 'unserved']) await run.task(id).retry();
        await run.task('unserved').skip();
      }),
  },
  {
    name: 'order-skip',
    contains: [UPDATED, CANCEL_ASKED, COMPLETED],
    record: (stage) =>
      whenAllIsThere(stage, async (run) => {
        for (const id of ALL) await run.task(id).skip({ actor: 'ann', reason: 'not needed' });
      }),
  },
  {
    name: 'order-complete',
    contains: [UPDATED, CANCEL_ASKED, 'EVENT_TYPE_MARKER_RECORDED', COMPLETED],
    record: (stage) =>
      whenAllIsThere(stage, async (run) => {
        const { id } = run;
        const caller = stage.engine.run(id); // which knows no schema, so that a worker has to check
        await caller
          .task('held')
          .complete({ count: 'one' })
          .catch(() => {});
        for (const task of ['pending', 'held', 'running']) await caller.task(task).complete({});
        for (const item of [2, 1, 0]) await caller.task(`items[${item}]`).complete({ count: item });
        await caller
          .task('unserved')
          .complete({ count: 4 })
          .catch(() => {}); // no worker can check it
        await caller.task('unserved').skip();
      }),
  },
  {
    name: 'order-fail',
    contains: [UPDATED, CANCEL_ASKED, FAILED],
    record: (stage) =>
      whenAllIsThere(stage, async (run) => {
        for (const id of ALL) await run.task(id).fail('there is no hope');
      }),
  },
  {
    name: 'order-cancel',
    contains: [UPDATED, CANCEL_ASKED, 'EVENT_TYPE_ACTIVITY_TASK_CANCELED', FAILED],
    record: (stage) =>
      whenAllIsThere(stage, async (run) => {
        for (const id of ALL) await run.task(id).cancel();
      }),
  },
  {
    name: 'order-for-a-map',
    contains: [UPDATED, CANCEL_ASKED, FAILED],
    record: (stage) =>
      whenAllIsThere(stage, async (run) => {
        await run.task('items').cancel();
        for (const id of ['unserved', 'running', 'held']) await run.task(id).skip();
      }),
  },
  {
    name: 'order-pause',
    contains: [UPDATED, COMPLETED],
    record: (stage) => {
      const { definition, building, goOn } = paused();
      return stage.steer(definition, async (run) => {
        await building.promise;
        await run.pause({ actor: 'ann', reason: 'the network is being changed' });
        goOn.resolve();
        await stage.waitForState(run, 'nap', 'succeeded');
        await run.resume();
      });
    },
  },
];

/** What comes first leaves what is after it pending. */
const ALL = ['items[2]', 'pending', 'items[1]', 'items[0]', 'held', 'running', 'unserved'];

async function whenAllIsThere(
  stage: Stage,
  use: (run: Run<unknown>, ordered: Ordered) => Promise<void>,
): Promise<void> {
  const ordered = new Ordered();
  await stage.withWorker([ordered.served], async () => {
    const run = await stage.engine.start(ordered.definition, undefined, stage.options);
    for (const id of ['held', 'items[0]']) await stage.waitForState(run, id, 'held');
    for (const id of ['running', 'items[1]']) await stage.waitForState(run, id, 'running');
    await stage.waitForState(run, 'unserved', 'waiting');
    await use(run, ordered);
    await ended(run);
  });
}
