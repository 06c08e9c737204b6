import { z } from 'zod';
import { type WorkflowDefinition, workflow } from '../../src/index.js';

const child = workflow('child', { input: z.object({ name: z.string() }) }, ({ task }) => ({
  size: task('size', { run: () => 3 }),
}));

/** A definition with a node of every kind, and with every setting. */
export function everyKind(): WorkflowDefinition {
  return workflow('every-kind', { onFailure: 'hold', holdTimeout: 5, compensateOn: ['failed'] }, (builder) => {
    const build = builder.task('build', { run: () => 1, compensate: () => {}, version: 1 });
    builder.group('eu', ({ map, subworkflow, approval, event, sleep, resource }) => {
      map('a', { needs: { build }, over: () => ['eu', 'us'], tolerate: '10%', concurrency: 2, run: () => 1 });
      map('b', { over: () => [{ name: 'x' }], tolerate: 2, workflow: child });
      subworkflow('c', child, { with: () => ({ name: 'x' }) });
      approval('d', { timeout: '1h', onTimeout: 'skip' });
      event('e', { schema: z.json(), timeout: '1h', onTimeout: { value: [1] } });
      sleep('f', 1, { when: () => true });
      sleep('g', new Date(1));
      resource('h', { create: () => 1, destroy: () => {} });
    });
    builder.onFinish('end', { run: () => {} });
    return { build };
  });
}
