import { type WorkflowDefinition, workflow } from '../../src/index.js';
import type { RecordedRun } from './stage.js';

/** @param holdTimeout milliseconds */
function holding(holdTimeout: number): { readonly definition: WorkflowDefinition; readonly repair: () => void } {
  let isBroken = true;
  const definition = workflow('holding', { onFailure: 'hold', holdTimeout }, ({ task, map, approval }) => {
    const build = task('build', {
      retry: { maximumAttempts: 2, initialInterval: 10 },
      run: () => {
        if (isBroken) throw new Error('no disk');
        return 'image';
      },
    });
    const lint = task('lint', {
      allowFailure: true,
      retry: { maximumAttempts: 1 },
      run: (): string => {
        throw new Error('ugly');
      },
    });
    const goLive = approval('go-live', { needs: { build }, timeout: 50 });
    map('smoke', { needs: { lint }, over: () => [1], run: (item) => item });
    return { last: task('last', { needs: { build, goLive }, run: ({ build }) => build }) };
  });
  const repair = () => {
    isBroken = false;
  };
  return { definition, repair };
}

const FAILED = 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED';

/** Failures that are held for an operator. */
export const heldRuns: readonly RecordedRun[] = [
  {
    name: 'held-retried',
    contains: [
      'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED',
      'EVENT_TYPE_TIMER_CANCELED',
      'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED',
    ],
    record: (stage) => {
      const { definition, repair } = holding(3_600_000);
      return stage.steer(definition, async (run) => {
        await stage.waitForState(run, 'build', 'held');
        repair();
        await run.task('build').retry();
        await stage.waitForState(run, 'go-live', 'held'); // nobody has approved in time
        await run.task('go-live').retry();
        await stage.waitForState(run, 'go-live', 'held');
        await run.task('go-live').complete({ by: 'ann', at: '1970-01-01T00:00:00Z' });
      });
    },
  },
  {
    name: 'held-too-long',
    contains: ['EVENT_TYPE_TIMER_FIRED', FAILED],
    record: (stage) => stage.steer(holding(100).definition, async () => {}),
  },
  {
    name: 'held-cancelled',
    contains: ['EVENT_TYPE_TIMER_CANCELED', 'EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED'],
    record: (stage) =>
      stage.steer(holding(3_600_000).definition, async (run) => {
        await stage.waitForState(run, 'build', 'held');
        await run.cancel();
      }),
  },
];
