import { settled, type WorkflowDefinition, workflow } from '../../src/index.js';
import { untilAborted } from '../support/until-aborted.js';
import { type RecordedRun, runToItsEnd } from './stage.js';

const once = { retry: { maximumAttempts: 1 } };

interface Trip {
  /** Its last leg fails, or runs until it is cancelled. */
  readonly last: 'fails' | 'hangs';
  /** The compensation of the hotel fails for good. */
  readonly isStuck?: boolean;
  readonly compensateOn?: readonly ('failed' | 'cancelled')[];
}

function trip({ last, isStuck = false, compensateOn = ['failed', 'cancelled'] }: Trip): WorkflowDefinition {
  return workflow('trip', { compensateOn }, ({ task, onFinish }) => {
    const flight = task('flight', { run: () => 'F1', compensate: () => {} });
    const hotel = task('hotel', {
      ...once,
      needs: { flight },
      run: () => 'H1',
      compensate: () => {
        if (isStuck) throw new Error('the hotel is closed');
      },
    });
    const car = task('car', { needs: { flight }, run: () => 'C1', compensate: () => {} });
    const mail = task('mail', { needs: { flight }, run: () => 'sent' });
    task('pay', {
      ...once,
      needs: { hotel, car, mail },
      heartbeatTimeout: '1s', // so that its cancellation arrives soon
      run: (_, { signal }) => {
        if (last === 'hangs') return untilAborted(signal);
        throw new Error('the card was declined');
      },
      compensate: () => {},
    });
    onFinish('notify', { run: () => {} });
  });
}

/** One database is destroyed while another still stands on it, one although its only consumer has failed, one that nothing needs. */
function databases(last: Trip['last']): WorkflowDefinition {
  return workflow('databases', {}, ({ task, resource }) => {
    const server = resource('server', { create: () => 'server', destroy: () => {} });
    const db = resource('db', { needs: { server }, create: ({ server }) => `${server}/db`, destroy: () => {} });
    resource('spare', { create: () => 'spare', destroy: () => {} });
    const never = resource('never', { when: () => false, create: () => 'never', destroy: () => {} });
    const sticky = resource('sticky', {
      ...once,
      allowFailure: true,
      create: () => 'sticky',
      destroy: () => {
        throw new Error('it sticks');
      },
    });
    const read = task('read', { needs: { db, sticky }, run: ({ db }) => db });
    task('unread', { needs: { never }, run: ({ never }) => never });
    const write = task('write', {
      ...once,
      needs: { db, read },
      heartbeatTimeout: '1s',
      run: (_, { signal }) => {
        if (last === 'hangs') return untilAborted(signal);
        throw new Error('it is read-only');
      },
    });
    task('after', { needs: { write: settled(write) }, run: ({ write }) => write.status });
  });
}

/** What is told of the end can't change it. */
const unheard = workflow('unheard', {}, ({ task, onFinish }) => {
  const last = task('last', { run: () => 'last' });
  onFinish('notify', {
    ...once,
    run: () => {
      throw new Error('nobody listens');
    },
  });
  return { last };
});

const COMPLETED = 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED';
const FAILED = 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED';
const CANCELED = 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED';
const ACTIVITY_FAILED = 'EVENT_TYPE_ACTIVITY_TASK_FAILED';

/** Compensations, resources, and `onFinish`. */
export const undoneRuns: readonly RecordedRun[] = [
  {
    name: 'compensated',
    contains: [ACTIVITY_FAILED, FAILED],
    record: (stage) => runToItsEnd(stage, trip({ last: 'fails' })),
  },
  {
    name: 'compensation-failed',
    contains: [ACTIVITY_FAILED, FAILED],
    record: (stage) => runToItsEnd(stage, trip({ last: 'fails', isStuck: true })),
  },
  {
    name: 'compensation-not-wanted',
    contains: [ACTIVITY_FAILED, FAILED],
    record: (stage) => runToItsEnd(stage, trip({ last: 'fails', compensateOn: ['cancelled'] })),
  },
  {
    name: 'compensated-after-cancellation',
    contains: ['EVENT_TYPE_ACTIVITY_TASK_CANCELED', CANCELED],
    record: (stage) =>
      stage.steer(trip({ last: 'hangs' }), async (run) => {
        await stage.waitForState(run, 'pay', 'running');
        await run.cancel();
      }),
  },
  {
    name: 'resources',
    contains: [ACTIVITY_FAILED, FAILED],
    record: (stage) => runToItsEnd(stage, databases('fails')),
  },
  {
    name: 'resources-after-cancellation',
    contains: ['EVENT_TYPE_ACTIVITY_TASK_CANCELED', CANCELED],
    record: (stage) =>
      stage.steer(databases('hangs'), async (run) => {
        await stage.waitForState(run, 'write', 'running');
        await run.cancel();
      }),
  },
  {
    name: 'on-finish-failed',
    contains: [ACTIVITY_FAILED, COMPLETED],
    record: (stage) => runToItsEnd(stage, unheard),
  },
];
