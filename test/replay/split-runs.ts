import { workflow } from '../../src/index.js';
import { deferred } from '../support/deferred.js';
import type { RecordedRun } from './stage.js';

/** One more item than an execution runs itself would do; some more show more in the second child workflow. */
const ITEMS = 1_004;

function split() {
  let isBroken = true;
  const definition = workflow('split', { onFailure: 'hold' }, ({ task, map }) => {
    const factor = task('factor', { run: () => 2 });
    const double = map('double', {
      needs: { factor },
      over: () => Array.from({ length: ITEMS }, (_, item) => item),
      retry: { maximumAttempts: 1 },
      run: (item, { needs }) => {
        if (isBroken && (item === 1_000 || item === 1_001)) throw new Error(`${item} is broken`);
        return item * needs.factor;
      },
    });
    return { count: task('count', { needs: { double }, run: ({ double }) => double.length }) };
  });
  const repair = () => {
    isBroken = false;
  };
  return { definition, repair };
}

/** `broken` fails when an item runs in both child workflows; nothing else starts in them then. */
function stopped() {
  const [entered, goOn] = [deferred(), deferred()];
  const definition = workflow('stopped', { onFailure: 'stop' }, ({ task, map }) => {
    map('wait', {
      over: () => Array.from({ length: ITEMS }, (_, item) => item),
      concurrency: 2,
      run: async (item) => {
        if (item >= 1_000) entered.resolve();
        await goOn.promise;
        return item;
      },
    });
    task('broken', {
      retry: { maximumAttempts: 1 },
      run: async () => {
        await entered.promise;
        throw new Error('it is broken');
      },
    });
  });
  return { definition, goOn };
}

const COMPLETED = 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED';

const SIGNALED = 'EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED';
const TOLD = 'EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED';
const SECOND_PART = 'wait[1000..1003]';

/** Maps that are split over child workflows. */
export const splitRuns: readonly RecordedRun[] = [
  {
    name: 'map-split',
    contains: ['EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED', TOLD, SIGNALED, COMPLETED],
    others: [
      {
        name: 'map-split-second-part',
        child: 'double[1000..1003]',
        contains: ['EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED', TOLD, SIGNALED, COMPLETED],
      },
    ],
    record: (stage) => {
      const { definition, repair } = split();
      return stage.steer(definition, async (run) => {
        for (const item of [1_000, 1_001]) await stage.waitForState(run, `double[${item}]`, 'held');
        await run.pause();
        repair();
        await run.task('double[1001]').retry();
        await run.resume();
        await run.task('double[1000]').complete(0);
      });
    },
  },
  {
    name: 'map-split-stopped',
    contains: [TOLD, 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED'],
    others: [{ name: 'map-split-stopped-second-part', child: SECOND_PART, contains: [SIGNALED, COMPLETED] }],
    record: (stage) => {
      const { definition, goOn } = stopped();
      return stage.steer(definition, async ({ id }) => {
        const parts = ['wait[0..999]', SECOND_PART].map((part) => stage.engine.run(`${id}/${part}`));
        await stage.waitForState(stage.engine.run(id), 'broken', 'failed');
        for (const part of parts) {
          await stage.waitForEvent(part, ({ workflowExecutionSignaledEventAttributes: told }) => told);
        }
        goOn.resolve();
      });
    },
  },
];
