import { expect, test } from 'vitest';
import { z } from 'zod';
import { workflow } from '../../src/index.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const release = workflow(
  'release',
  { input: z.object({ dir: z.string(), ref: z.string().default('main') }) },
  ({ task }) => {
    const build = task('build', { run: (_, { input }) => ({ image: `${input.dir}@${input.ref}` }) });
    const unit = task('unit', { needs: { build }, run: ({ build }) => build.image.length });
    const deploy = task('deploy', { needs: { build, unit }, run: ({ build, unit }) => `${build.image}/${unit}` });
    return { deploy };
  },
);

test('a run returns the outputs that its definition returned', async () => {
  await using engine = await connectEngine();
  const outputs = await withWorker(engine, [release], () => engine.execute(release, { dir: 'here' }));
  expect(outputs).toEqual({ deploy: 'here@main/9' });
});
