import { z } from 'zod';
import { workflow } from '../../src/index.js';
import { ended, type RecordedRun, type Stage } from './stage.js';

const once = { retry: { maximumAttempts: 1 } };

const child = workflow('child', { input: z.string() }, ({ task }) => ({
  one: task('one', { run: (_, { input }) => input }),
}));

/** Broken until it is repaired: an item of a map, and a task that needs a resource. */
function release() {
  let isBroken = true;
  const breaks = () => {
    if (isBroken) throw new Error('it is broken');
  };
  const definition = workflow('release', {}, ({ task, map, resource, subworkflow, approval }) => {
    const build = task('build', { run: () => 'image', compensate: () => {} });
    const goLive = approval('go-live', {
      timeout: 20,
      onTimeout: { value: { by: 'nobody', at: '1970-01-01T00:00:00Z' } },
    });
    const db = resource('db', { needs: { build }, create: () => 'url', destroy: () => {} });
    const smoke = map('smoke', {
      needs: { build },
      over: () => ['eu', 'us', 'as'],
      ...once,
      run: (region) => {
        if (region === 'us') breaks();
        return region;
      },
    });
    const eu = subworkflow('eu', child, { with: () => 'eu' });
    const read = task('read', { ...once, needs: { db }, run: ({ db }) => db });
    const write = task('write', { ...once, needs: { db }, run: breaks });
    const deploy = task('deploy', { needs: { smoke, read, write, eu, goLive }, run: ({ smoke }) => smoke });
    return { deploy };
  });
  const repair = () => {
    isBroken = false;
  };
  return { definition, repair };
}

const COMPLETED = 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED';

/** Reruns, which begin with the state of an earlier run. */
export const rerunRuns: readonly RecordedRun[] = [
  { name: 'rerun', contains: [COMPLETED], record: (stage) => runTwice(stage, { from: 'failed' }) },
  { name: 'rerun-from-tasks', contains: [COMPLETED], record: (stage) => runTwice(stage, { from: ['smoke[0]', 'eu'] }) },
];

function runTwice(stage: Stage, options: { readonly from: 'failed' | readonly string[] }): Promise<void> {
  const { definition, repair } = release();
  return stage.withWorker([definition], async () => {
    await ended(await stage.engine.start(definition, undefined, stage.options));
    repair();
    await ended(await stage.engine.rerun(String(stage.options.workflowId), { ...options, workflow: definition }));
  });
}
