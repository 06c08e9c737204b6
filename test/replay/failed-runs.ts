import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { NonRetryableError, workflow } from '../../src/index.js';
import { ended, type RecordedRun } from './stage.js';

/**
 * `broken` fails while `slow` runs and before `later` has a place: with `continue` all that does not need it runs, with `stop` only `slow`
 * goes on, with `cancel` not even that.
 */
function release(onFailure: 'continue' | 'stop' | 'cancel') {
  return workflow('release', { onFailure, maxConcurrentTasks: 2 }, ({ task }) => {
    const slow = task('slow', {
      heartbeatTimeout: '1s', // so that its cancellation arrives soon
      run: async (_, { signal }) => {
        await pause(1_000, undefined, { signal });
        return 'slow';
      },
    });
    const broken = task('broken', {
      run: (): string => {
        throw new NonRetryableError('it is broken');
      },
    });
    const needsBroken = task('needs-broken', { needs: { broken }, run: ({ broken }) => broken });
    const needsSlow = task('needs-slow', { needs: { slow }, run: ({ slow }) => slow });
    const later = task('later', { run: () => 'later' });
    return { needsBroken, needsSlow, later };
  });
}

const checked = workflow('checked', { input: z.object({ count: z.number() }) }, ({ task }) => {
  task('count', { run: (_, { input }) => input.count });
});

const FAILED = 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED';

export const failedRuns: readonly RecordedRun[] = [
  ...(['continue', 'stop', 'cancel'] as const).map(
    (policy): RecordedRun => ({
      name: `failure-${policy}`,
      contains: [
        'EVENT_TYPE_ACTIVITY_TASK_FAILED',
        policy === 'cancel' ? 'EVENT_TYPE_ACTIVITY_TASK_CANCELED' : 'EVENT_TYPE_ACTIVITY_TASK_COMPLETED',
        FAILED,
      ],
      record: (stage) => {
        const definition = release(policy);
        return stage.withWorker([definition], async () =>
          ended(await stage.engine.start(definition, undefined, stage.options)),
        );
      },
    }),
  ),
  {
    name: 'invalid-input',
    contains: ['EVENT_TYPE_MARKER_RECORDED', FAILED],
    record: (stage) =>
      stage.withWorker([checked], async () => {
        const input = { count: 'three' } as unknown as { count: number }; // wrong on purpose
        await ended(await stage.engine.start<typeof checked>('checked', input, stage.options));
      }),
  },
  {
    name: 'malformed-plan',
    contains: [FAILED],
    record: (stage) =>
      stage.withWorker([checked], async () => {
        const { workflowId } = stage.options;
        const handle = await stage.engine.client.workflow.start('checked', {
          workflowId: String(workflowId),
          taskQueue: stage.taskQueue,
          args: [{ count: 1 }, { protocol: 1, plan: { workflow: 'checked' } }],
        });
        await handle.result().catch(() => {});
      }),
  },
];
