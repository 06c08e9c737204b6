import { type WorkflowDefinition, workflow } from '../../src/index.js';
import { conditionalWorkflows } from '../support/conditional-workflows.js';
import { deferred } from '../support/deferred.js';
import { type RecordedRun, runToItsEnd } from './stage.js';

const COMPLETED = 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED';
const FAILED = 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED';

/** Those of the conditional workflows in which a failure counts. */
const FAILING = ['optional-failure', 'settled-ends', 'skip-and-failure', 'clean-up', 'stopped'];

/** `early` starts, and ends, while one of its needs still runs; `late` needs both. */
function startingEarly(trigger: 'one_success' | 'one_failed'): WorkflowDefinition {
  const earlyHasRun = deferred();
  return workflow('starting-early', {}, ({ task }) => {
    const fast = task('fast', {
      allowFailure: true,
      retry: { maximumAttempts: 1 },
      run: () => {
        if (trigger === 'one_failed') throw new Error('the mirror is away');
        return 'mirror';
      },
    });
    const slow = task('slow', { run: () => earlyHasRun.promise.then(() => 'origin') });
    const early = task('early', {
      needs: { fast, slow },
      trigger,
      run: ({ slow }) => {
        earlyHasRun.resolve();
        return slow.status;
      },
    });
    return { late: task('late', { needs: { slow, early }, run: ({ slow, early }) => `${slow}, ${early}` }) };
  });
}

/** Every mode of a need, every trigger rule, conditions and allowed failures. */
export const conditionalRuns: readonly RecordedRun[] = [
  ...conditionalWorkflows.map(
    (definition): RecordedRun => ({
      name: `conditional-${definition.name}`,
      contains: [FAILING.includes(definition.name) ? FAILED : COMPLETED],
      record: (stage) => runToItsEnd(stage, definition),
    }),
  ),
  {
    name: 'one-success-early',
    contains: [COMPLETED],
    record: (stage) => runToItsEnd(stage, startingEarly('one_success')),
  },
  {
    name: 'one-failed-early',
    contains: ['EVENT_TYPE_ACTIVITY_TASK_FAILED', COMPLETED],
    record: (stage) => runToItsEnd(stage, startingEarly('one_failed')),
  },
];
