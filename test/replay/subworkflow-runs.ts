import { z } from 'zod';
import { type Run, settled, type WorkflowDefinition, workflow } from '../../src/index.js';
import { untilAborted } from '../support/until-aborted.js';
import { type RecordedRun, runToItsEnd, type Stage } from './stage.js';

const once = { retry: { maximumAttempts: 1 } };

const region = workflow('region', { input: z.object({ name: z.string() }) }, ({ task }) => {
  const reach = task('reach', {
    ...once,
    run: (_, { input }) => {
      if (input.name === 'mars') throw new Error('too far');
      return input.name;
    },
  });
  return { up: task('up', { needs: { reach }, run: ({ reach }) => `${reach} is up` }) };
});

const nothing = workflow('nothing', {}, ({ task }) => ({ one: task('one', { run: () => 1 }) }));

const parent = workflow('parent', {}, ({ task, subworkflow }) => {
  const build = task('build', { run: () => 'eu' });
  const eu = subworkflow('eu', region, { needs: { build }, with: ({ build }) => ({ name: build }) });
  const asked = subworkflow('asked', nothing, { when: () => true });
  const skipped = subworkflow('skipped', nothing, { when: () => false });
  const plain = subworkflow('plain', nothing);
  return { skipped, last: task('last', { needs: { eu, asked, plain }, run: ({ eu }) => eu.up }) };
});

const failing = workflow('failing-parent', {}, ({ task, subworkflow }) => {
  const mars = subworkflow('mars', region, { with: () => ({ name: 'mars' }) });
  const wrong = subworkflow('wrong', region, { with: () => ({ name: 7 as unknown as string }) }); // wrong on purpose
  task('after', { needs: { mars }, run: () => 1 });
  task('cleanUp', { needs: { mars: settled(mars), wrong: settled(wrong) }, run: ({ mars }) => mars.status });
});

const mapped = workflow('mapped', {}, ({ map }) => {
  const made = map('made', {
    over: () => ['eu', 'mars', 'us'],
    workflow: region,
    with: (name) => ({ name }),
    concurrency: 2,
    tolerate: 1,
  });
  const given = map('given', { over: () => [{ name: 'eu' }, { name: 'us' }], workflow: region });
  return { made, given };
});

/** Its child runs until it is cancelled, and then undoes what it has done. */
const patient = workflow('patient', {}, ({ task }) => {
  const first = task('first', { run: () => 1, compensate: () => {} });
  task('endless', {
    needs: { first },
    heartbeatTimeout: '1s', // so that its cancellation arrives soon
    run: (_, { signal }) => untilAborted(signal),
  });
});

const waitsForChild = workflow('waits-for-child', { onFailure: 'hold' }, ({ task, subworkflow }) => {
  const child = subworkflow('child', patient, { with: () => undefined });
  return { last: task('last', { needs: { child }, run: () => 'last' }) };
});

const COMPLETED = 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED';
const FAILED = 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED';
const CANCELED = 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED';
const CHILD_COMPLETED = 'EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED';
const CHILD_FAILED = 'EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED';
const CHILD_CANCELED = 'EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED';
const CHILD_CANCEL_ASKED = 'EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED';

/** Child workflows, one by one and for the items of a map. */
export const subworkflowRuns: readonly RecordedRun[] = [
  {
    name: 'subworkflow',
    contains: [CHILD_COMPLETED, COMPLETED],
    others: [{ name: 'subworkflow-child', child: 'eu', contains: [COMPLETED] }],
    record: (stage) => runToItsEnd(stage, parent),
  },
  {
    name: 'subworkflow-failed',
    contains: [CHILD_FAILED, FAILED],
    others: [{ name: 'subworkflow-failed-child', child: 'mars', contains: [FAILED] }],
    record: (stage) => runToItsEnd(stage, failing),
  },
  {
    name: 'map-over-subworkflow',
    contains: [CHILD_COMPLETED, CHILD_FAILED, COMPLETED],
    others: [{ name: 'map-over-subworkflow-item', child: 'made[2]', contains: [COMPLETED] }],
    record: (stage) => runToItsEnd(stage, mapped),
  },
  {
    name: 'subworkflow-cancelled',
    contains: [CHILD_CANCEL_ASKED, CHILD_CANCELED, CANCELED],
    others: [{ name: 'subworkflow-cancelled-child', child: 'child', contains: [CANCELED] }],
    record: (stage) => whileChildRuns(stage, waitsForChild, (run) => run.cancel()),
  },
  {
    name: 'subworkflow-retried',
    contains: ['EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED', CHILD_CANCEL_ASKED, COMPLETED],
    record: (stage) =>
      whileChildRuns(stage, waitsForChild, async (run) => {
        await run.task('child').retry({ reason: 'it hangs' });
        await stage.waitForEvent(run, startsChild('subworkflow-retried/child#2'));
        await run.task('child').complete({});
      }),
  },
];

/** @param use is called when the task of the child has begun, of which nothing comes */
function whileChildRuns(
  stage: Stage,
  definition: WorkflowDefinition,
  use: (run: Run<unknown>) => Promise<void>,
): Promise<void> {
  return stage.steer(definition, async (run) => {
    await stage.waitForEvent(run, startsChild(`${run.id}/child`));
    await stage.waitForState(stage.engine.run(`${run.id}/child`), 'endless', 'running');
    await use(run);
  });
}

function startsChild(workflowId: string): Parameters<Stage['waitForEvent']>[1] {
  return ({ childWorkflowExecutionStartedEventAttributes: started }) =>
    started?.workflowExecution?.workflowId === workflowId;
}
