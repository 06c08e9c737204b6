import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { decodeOutputs, OutputMismatchError } from '../../src/client/decode-outputs.js';
import { workflow } from '../../src/index.js';
import { isoDate } from '../support/iso-date.js';

const release = workflow('release', {}, ({ task }) => {
  const build = task('build', { run: () => 'image' });
  const stamp = task('stamp', { output: z.object({ at: isoDate }), run: () => ({ at: new Date() }) });
  return { image: build, stamp };
});

describe('the outputs of a run', () => {
  test('are decoded by the schemas of the tasks that made them', async () => {
    const outputs = { image: 'x', stamp: { at: '1970-01-01T00:00:00.000Z' } };
    expect(await decodeOutputs(release, outputs)).toEqual({ image: 'x', stamp: { at: new Date(0) } });
  });

  test('keep those that the definition does not know', async () => {
    expect(await decodeOutputs(release, { image: 'x', more: 1 })).toEqual({ image: 'x', more: 1 });
  });

  test('may lack one, such as that of a task which returned nothing', async () => {
    expect(await decodeOutputs(release, { image: 'x' })).toEqual({ image: 'x' });
  });

  test('leave out those of tasks that were skipped', async () => {
    expect(await decodeOutputs(release, { image: 'x' })).not.toHaveProperty('stamp');
  });

  test('are not changed in place', async () => {
    const outputs = { stamp: { at: '1970-01-01T00:00:00.000Z' } };
    await decodeOutputs(release, outputs);
    expect(outputs.stamp.at).toBe('1970-01-01T00:00:00.000Z');
  });

  test('of another version of the definition are refused, with what does not fit and the way out', async () => {
    const decoding = decodeOutputs(release, { stamp: { at: 3 } });
    await expect(decoding).rejects.toThrow(OutputMismatchError);
    await expect(decoding).rejects.toThrow(
      "outputs of 'release': stamp.at: Invalid input: expected string, received number; " +
        'the run was started with another version of the definition; read its outputs by name: engine.run(workflowId).result()',
    );
  });
});
