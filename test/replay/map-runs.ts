import { workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import { untilAborted } from '../support/until-aborted.js';
import { type RecordedRun, runToItsEnd } from './stage.js';

const once = { retry: { maximumAttempts: 1 } };

const sizes = workflow('sizes', {}, ({ task, map }) => {
  const regions = task('regions', { run: () => ['eu', 'us', 'as', 'af', 'oc'] });
  const size = map('size', {
    needs: { regions },
    over: ({ regions }) => regions,
    concurrency: 2,
    run: (region) => region.length,
  });
  const none = map('none', { over: (): string[] => [], run: (item) => item });
  const skipped = map('skipped', { when: () => false, over: () => [1], run: (item) => item });
  const sum = task('sum', { needs: { size, none }, run: ({ size, none }) => size.length + none.length });
  return { sum, skipped };
});

/** Two of its five items fail; so may 40 % of them. */
const tolerant = workflow('tolerant', {}, ({ task, map }) => {
  const smoke = map('smoke', {
    over: () => [0, 1, 2, 3, 4],
    tolerate: '40%',
    ...once,
    run: (item) => {
      if (item % 3 === 1) throw new Error(`no route to ${item}`);
      return item;
    },
  });
  return {
    count: task('count', { needs: { smoke }, run: ({ smoke }) => smoke.filter((item) => item !== undefined).length }),
  };
});

/** The third item fails while the others run or have no place; it is one more than is tolerated. */
function failingMap(onFailure: 'continue' | 'stop' | 'cancel') {
  const hasFailed = deferred();
  return workflow('failing-map', { onFailure }, ({ task, map }) => {
    const smoke = map('smoke', {
      over: () => [0, 1, 2, 3, 4],
      concurrency: 3,
      tolerate: 1,
      heartbeatTimeout: '1s', // so that its cancellation arrives soon
      ...once,
      run: async (item, { signal }) => {
        if (item === 1) return Promise.reject(new Error('no route to 1'));
        if (item === 2) {
          hasFailed.resolve();
          throw new Error('no route to 2');
        }
        await hasFailed.promise;
        if (onFailure === 'cancel' && item === 0) return untilAborted(signal);
        return item;
      },
    });
    return { last: task('last', { needs: { smoke }, run: () => 'last' }) };
  });
}

/** Under `hold`, with four items broken until it is repaired, of which one is tolerated. */
function repairedMap() {
  let isBroken = true;
  const definition = workflow('repaired-map', { onFailure: 'hold' }, ({ map }) => {
    const smoke = map('smoke', {
      over: () => ['eu', 'us', 'as', 'af', 'oc'],
      concurrency: 1,
      tolerate: 1,
      ...once,
      run: (region) => {
        if (isBroken && region !== 'us') throw new Error(`no route to ${region}`);
        return region;
      },
    });
    return { smoke };
  });
  const repair = () => {
    isBroken = false;
  };
  return { definition, repair };
}

const COMPLETED = 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED';
const FAILED = 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED';

export const mapRuns: readonly RecordedRun[] = [
  { name: 'map', contains: [COMPLETED], record: (stage) => runToItsEnd(stage, sizes) },
  {
    name: 'map-tolerated-failures',
    contains: ['EVENT_TYPE_ACTIVITY_TASK_FAILED', COMPLETED],
    record: (stage) => runToItsEnd(stage, tolerant),
  },
  ...(['continue', 'stop', 'cancel'] as const).map(
    (policy): RecordedRun => ({
      name: `map-failed-${policy}`,
      contains: [policy === 'cancel' ? 'EVENT_TYPE_ACTIVITY_TASK_CANCELED' : 'EVENT_TYPE_ACTIVITY_TASK_FAILED', FAILED],
      record: (stage) => runToItsEnd(stage, failingMap(policy)),
    }),
  ),
  {
    name: 'map-items-steered',
    contains: ['EVENT_TYPE_ACTIVITY_TASK_FAILED', 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED', COMPLETED],
    record: (stage) => {
      const { definition, repair } = repairedMap();
      return stage.steer(definition, async (run) => {
        for (const item of [2, 3, 4]) await stage.waitForState(run, `smoke[${item}]`, 'held');
        repair();
        await run.task('smoke[2]').retry({ reason: 'the route is back' });
        await run.task('smoke[3]').skip();
        await run.task('smoke[4]').complete('by hand');
      });
    },
  },
];
