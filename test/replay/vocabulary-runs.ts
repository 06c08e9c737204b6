import { z } from 'zod';
import { type WorkflowDefinition, workflow } from '../../src/index.js';
import { type RecordedRun, runToItsEnd } from './stage.js';

const child = workflow('child', { input: z.object({ name: z.string() }) }, ({ task }) => ({
  size: task('size', { run: (_, { input }) => input.name.length }),
}));

const grouped = workflow('grouped', {}, ({ task, group }) => {
  const build = task('build', { run: () => 'image' });
  const deploy = (region: string) =>
    group(region, ({ task, group }) => {
      const { unit } = group('test', ({ task }) => ({ unit: task('unit', { needs: { build }, run: () => 1 }) }));
      return task('deploy', { title: `Deploy to ${region}`, needs: { build, unit }, run: ({ build }) => build });
    });
  return { eu: deploy('eu'), us: deploy('us') };
});

/** A node of every kind, which all succeed without anybody's help. */
const everything = workflow(
  'everything',
  { input: z.object({ regions: z.array(z.string()).default(['eu', 'us']) }), onFailure: 'hold', holdTimeout: '1h' },
  ({ task, map, subworkflow, approval, event, sleep, resource, group, onFinish }) => {
    const build = task('build', { run: () => 'image', compensate: () => {} });
    const db = resource('db', { needs: { build }, create: () => 'url', destroy: () => {} });
    const smoke = group('eu', ({ map }) =>
      map('smoke', { needs: { db }, over: (_, { input }) => input.regions, tolerate: 1, run: (region) => region }),
    );
    const regions = map('regions', {
      over: (_, { input }) => input.regions,
      workflow: child,
      with: (name) => ({ name }),
    });
    const one = subworkflow('one', child, { needs: { build }, with: ({ build }) => ({ name: build }) });
    const goLive = approval('go-live', {
      timeout: 50,
      onTimeout: { value: { by: 'nobody', at: '1970-01-01T00:00:00Z' } },
    });
    const note = event('note', { schema: z.string(), timeout: 50, onTimeout: { value: 'none' } });
    const nap = sleep('nap', 50, { when: () => true });
    onFinish('notify', { run: () => {} });
    return {
      last: task('last', { needs: { smoke, regions, one, goLive, note, nap }, run: ({ one }) => one.size }),
    };
  },
);

const COMPLETED = 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED';

/** Groups, and all kinds of nodes in one run, which has its plan from the worker. */
export const vocabularyRuns: readonly RecordedRun[] = [
  { name: 'groups', contains: [COMPLETED], record: (stage) => runToItsEnd(stage, grouped) },
  {
    name: 'every-kind-started-by-name',
    contains: ['EVENT_TYPE_MARKER_RECORDED', 'EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED', COMPLETED],
    record: (stage) =>
      stage.withWorker([everything as WorkflowDefinition], () =>
        stage.engine.execute<typeof everything>('everything', {}, stage.options),
      ),
  },
];
