import { z } from 'zod';
import { workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { isoDate } from '../support/iso-date.js';
import { type RecordedRun, runToItsEnd } from './stage.js';

const decided = workflow('decided', {}, ({ task, approval, event }) => {
  const build = task('build', { run: () => 'image' });
  const goLive = approval('go-live', { needs: { build }, timeout: '1h' });
  const budget = approval('budget', { allowFailure: true });
  const order = event('order', { needs: { build }, schema: z.object({ count: z.number().default(1) }) });
  const deploy = task('deploy', { needs: { goLive, order }, run: ({ goLive, order }) => [goLive.by, order.count] });
  const pay = task('pay', { needs: { budget }, run: () => 'paid' });
  return { deploy, pay };
});

/** Nothing ever comes for what waits here. */
const timedOut = workflow('timed-out', {}, ({ task, approval, event, sleep }) => {
  const wait = { timeout: 50 };
  const schema = z.object({ at: isoDate });
  const failed = approval('failed', { ...wait, allowFailure: true });
  const skipped = approval('skipped', { ...wait, onTimeout: 'skip' });
  const approved = approval('approved', {
    ...wait,
    onTimeout: { value: { by: 'nobody', at: '1970-01-01T00:00:00Z' } },
  });
  const lost = event('lost', { ...wait, schema, allowFailure: true });
  const noEvent = event('no-event', { ...wait, schema, onTimeout: 'skip' });
  const given = event('given', { ...wait, schema, onTimeout: { value: { at: new Date(0) } } });
  const nap = sleep('nap', 60);
  const past = sleep('past', new Date(0));
  task('afterFailed', { needs: { failed }, run: () => 1 });
  task('afterSkipped', { needs: { skipped, noEvent }, run: () => 1 });
  task('afterLost', { needs: { lost }, run: () => 1 });
  return { last: task('last', { needs: { approved, given, nap, past }, run: ({ given }) => given.at.getTime() }) };
});

/** A time that nobody waits for is over first. */
const inTime = workflow('in-time', {}, ({ approval, sleep, event }) => {
  const goLive = approval('go-live', { timeout: '1h', onTimeout: 'skip' });
  const nap = sleep('nap', '1h');
  const note = event('note', { schema: z.string(), timeout: '1h' });
  return { goLive, nap, note };
});

/** What is waited for comes while `build` still runs. */
function keeping() {
  const building = deferred();
  const goOn = deferred();
  const definition = workflow('keeping', {}, ({ task, approval, event }) => {
    const build = task('build', {
      run: async () => {
        building.resolve();
        await goOn.promise;
        return 'image';
      },
    });
    const goLive = approval('go-live', { needs: { build } });
    const budget = approval('budget', { needs: { build }, allowFailure: true });
    const note = event('note', { needs: { build }, schema: z.string(), when: () => true });
    const unread = event('unread', { needs: { build }, schema: z.string(), when: () => false });
    return { unread, budget, last: task('last', { needs: { goLive, note }, run: ({ note }) => note }) };
  });
  return { definition, building, goOn };
}

const asked = workflow('asked', {}, ({ task, approval, event, sleep }) => {
  const build = task('build', { run: () => 3 });
  const goLive = approval('go-live', { needs: { build }, when: ({ build }) => build > 2 });
  const note = event('note', { schema: z.string(), when: () => false });
  const nap = sleep('nap', 50, { when: () => true });
  const wrong = approval('wrong', {
    allowFailure: true,
    when: (): boolean => {
      throw new Error('it can not be told');
    },
    retry: { maximumAttempts: 1 },
  });
  return { note, wrong, last: task('last', { needs: { goLive, nap }, run: ({ goLive }) => goLive.by }) };
});

const COMPLETED = 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED';
const UPDATED = 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED';
const CHECKED = 'EVENT_TYPE_MARKER_RECORDED';
const TIMER_CANCELED = 'EVENT_TYPE_TIMER_CANCELED';

/** Approvals, events and sleeps. */
export const waitingRuns: readonly RecordedRun[] = [
  {
    name: 'wait-decided',
    contains: [UPDATED, CHECKED, TIMER_CANCELED, COMPLETED],
    record: (stage) =>
      stage.steer(decided, async (run) => {
        await run.reject('budget', { actor: 'bob', reason: 'too much' });
        await stage.waitForState(run, 'go-live', 'waiting');
        await run.approve('go-live', { actor: 'ann', reason: 'looks good' });
        await run.send('order', { count: 2 });
      }),
  },
  {
    name: 'wait-wrong-value',
    contains: [UPDATED, CHECKED, COMPLETED],
    record: (stage) =>
      stage.steer(decided, async ({ id }) => {
        const run = stage.engine.run(id); // which knows no schema, so that a worker has to check
        await run.send('order', { count: 'two' }, { actor: 'ann' }).catch(() => {});
        await run.send('order', {}); // which the schema completes
        await run.approve('budget');
        await run.approve('go-live');
      }),
  },
  {
    name: 'wait-timed-out',
    contains: ['EVENT_TYPE_TIMER_FIRED', COMPLETED],
    record: (stage) => runToItsEnd(stage, timedOut),
  },
  {
    name: 'wait-completed-in-time',
    contains: [UPDATED, TIMER_CANCELED, COMPLETED],
    record: (stage) =>
      stage.steer(inTime, async (run) => {
        await run.approve('go-live');
        await run.task('nap').complete();
        await run.task('note').complete('by hand');
      }),
  },
  {
    name: 'wait-kept-values',
    contains: [UPDATED, CHECKED, COMPLETED],
    record: (stage) => {
      const { definition, building, goOn } = keeping();
      return stage.steer(definition, async (run) => {
        await building.promise;
        await run.approve('go-live', { actor: 'ann' });
        await run.reject('budget', { actor: 'bob' });
        await run.send('note', 'kept');
        await run.send('unread', 'kept in vain');
        goOn.resolve();
      });
    },
  },
  {
    name: 'wait-with-condition',
    contains: ['EVENT_TYPE_ACTIVITY_TASK_FAILED', 'EVENT_TYPE_TIMER_FIRED', UPDATED, COMPLETED],
    record: (stage) =>
      stage.steer(asked, async (run) => {
        await stage.waitForState(run, 'go-live', 'waiting');
        await run.approve('go-live');
      }),
  },
  {
    name: 'wait-cancelled',
    contains: [TIMER_CANCELED, 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED'],
    record: (stage) =>
      stage.steer(inTime, async (run) => {
        await stage.waitForState(run, 'nap', 'waiting');
        await run.cancel();
      }),
  },
];
