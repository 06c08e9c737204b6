import { z } from 'zod';
import { STATUS_QUERY } from '../../src/core/protocol.js';
import { type TaskHandle, workflow } from '../../src/index.js';
import { ended, type RecordedRun, type Stage } from './stage.js';

type WorkflowOptions = Parameters<typeof workflow>[1];

/** Build, test and deploy, with an optional title, an empty output and two tasks at the same time. */
function release(options: Pick<WorkflowOptions, 'scheduling' | 'maxConcurrentTasks'> = {}) {
  return workflow(
    'release',
    { ...options, input: z.object({ dir: z.string(), ref: z.string().default('main') }) },
    ({ task }) => {
      const build = task('build', {
        title: 'Build the image',
        run: (_, { input }) => ({ image: `${input.dir}@${input.ref}` }),
      });
      const unit = task('unit', { needs: { build }, run: ({ build }) => build.image.length });
      const scan = task('scan', { needs: { build }, priority: { priorityKey: 1 }, run: () => undefined });
      const deploy = task('deploy', {
        needs: { build, unit, scan },
        run: ({ build, unit }) => `${build.image}/${unit}`,
      });
      const notify = task('notify', { run: () => 'told' });
      return { deploy, notify };
    },
  );
}

const nothingToTake = workflow('no-input', {}, ({ task }) => {
  task('only', { run: () => 'done' });
});

const flaky = workflow('flaky', {}, ({ task }) => {
  const retry = { initialInterval: 10 };
  const shaky = task('shaky', {
    retry,
    run: (_, { attempt }) => {
      if (attempt < 3) throw new Error(`attempt ${attempt} fails`);
      return attempt;
    },
  });
  return { last: task('last', { needs: { shaky }, run: ({ shaky }) => shaky + 1 }) };
});

/** Task n needs n / 2 and n / 3, so that tasks settle in an order of their own. */
const web = workflow('web', { maxConcurrentTasks: 6 }, ({ task }) => {
  const handles: TaskHandle<number>[] = [];
  for (let index = 0; index < 30; index++) {
    const needs = [index / 2, index / 3].map((need) => handles[Math.floor(need)]).filter((need) => need !== undefined);
    const named = Object.fromEntries(needs.map((need) => [need.id, need]));
    handles.push(task(`n${index}`, { needs: named, run: () => index }));
  }
});

const COMPLETED = 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED';

export const completedRuns: readonly RecordedRun[] = [
  {
    name: 'success',
    contains: [COMPLETED, 'EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED'],
    record: (stage) => runRelease(stage),
  },
  { name: 'waves', contains: [COMPLETED], record: (stage) => runRelease(stage, { scheduling: 'waves' }) },
  { name: 'one-at-a-time', contains: [COMPLETED], record: (stage) => runRelease(stage, { maxConcurrentTasks: 1 }) },
  {
    name: 'no-input',
    contains: [COMPLETED],
    record: (stage) =>
      stage.withWorker([nothingToTake], () => stage.engine.execute(nothingToTake, undefined, stage.options)),
  },
  {
    name: 'retry',
    contains: [COMPLETED],
    record: (stage) => stage.withWorker([flaky], () => stage.engine.execute(flaky, undefined, stage.options)),
  },
  {
    name: 'web-of-thirty',
    contains: [COMPLETED],
    record: (stage) => stage.withWorker([web], () => stage.engine.execute(web, undefined, stage.options)),
  },
  {
    name: 'started-by-name',
    contains: ['EVENT_TYPE_MARKER_RECORDED', COMPLETED],
    record: (stage) =>
      stage.withWorker([release()], () =>
        stage.engine.execute<ReturnType<typeof release>>('release', { dir: 'here' }, stage.options),
      ),
  },
  {
    name: 'started-by-name-alone',
    contains: ['EVENT_TYPE_MARKER_RECORDED', COMPLETED],
    record: (stage) =>
      stage.withWorker([release()], async () => {
        const { workflowId } = stage.options;
        const args = [{ dir: 'here' }]; // as from the Temporal CLI
        await stage.engine.client.workflow.execute('release', {
          workflowId: String(workflowId),
          taskQueue: stage.taskQueue,
          args,
        });
      }),
  },
  {
    name: 'started-by-name-too-early',
    contains: ['EVENT_TYPE_WORKFLOW_TASK_FAILED', 'EVENT_TYPE_MARKER_RECORDED', COMPLETED],
    record: async (stage) => {
      const run = await stage.engine.start<ReturnType<typeof release>>('release', { dir: 'here' }, stage.options);
      await stage.withWorker([flaky], () =>
        stage.waitForEvent(run, (event) => event.workflowTaskFailedEventAttributes),
      );
      await stage.withWorker([release()], () => ended(run));
    },
  },
  {
    name: 'started-by-name-and-asked-too-early',
    contains: ['EVENT_TYPE_MARKER_RECORDED', COMPLETED],
    record: async (stage) => {
      const run = await stage.engine.start<ReturnType<typeof release>>('release', { dir: 'here' }, stage.options);
      const handle = stage.engine.client.workflow.getHandle(run.id);
      const asked: Promise<unknown>[] = [];
      const asking = setInterval(() => asked.push(handle.query(STATUS_QUERY).catch(() => {})), 50);
      // A query that is answered with a workflow task makes the SDK record the local activity's failure.
      await stage.withWorker([flaky], () => stage.waitForEvent(run, (event) => event.markerRecordedEventAttributes));
      clearInterval(asking);
      await stage.withWorker([release()], () => ended(run));
      await Promise.all(asked);
    },
  },
];

function runRelease(stage: Stage, options: Parameters<typeof release>[0] = {}): Promise<unknown> {
  const definition = release(options);
  return stage.withWorker([definition], () => stage.engine.execute(definition, { dir: 'here' }, stage.options));
}
