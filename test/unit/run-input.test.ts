import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkInput } from '../../src/define/run-input.js';
import { workflow } from '../../src/index.js';
import { isoDate } from '../support/iso-date.js';
import { idle } from '../support/loose-workflow.js';

describe('a workflow without an input schema', () => {
  test.each([undefined, null])('takes %s for no input', async (given) => {
    expect(await checkInput(taking(undefined), given)).toEqual({ kind: 'valid', input: undefined });
  });

  test('refuses any input', async () => {
    expect(await checkInput(taking(undefined), { dir: '.' })).toEqual({
      kind: 'invalid',
      message: "input: workflow 'release' takes no input; give it an input schema, or start it without",
    });
  });
});

describe('an input', () => {
  test('is made whole with the defaults, once for the run', async () => {
    let made = 0;
    const schema = z.object({ dir: z.string(), id: z.number().default(() => ++made) });
    expect(await checkInput(taking(schema), { dir: '.' })).toEqual({ kind: 'valid', input: { dir: '.', id: 1 } });
  });

  test('stays the JSON that travels, where the schema decodes it', async () => {
    const schema = z.object({ since: isoDate, until: isoDate.default(() => new Date(0)) });
    expect(await checkInput(taking(schema), { since: '2026-01-02T03:04:05.678Z' })).toEqual({
      kind: 'valid',
      input: { since: '2026-01-02T03:04:05.678Z', until: '1970-01-01T00:00:00.000Z' },
    });
  });

  test('loses what the schema does not know', async () => {
    const checked = await checkInput(taking(z.object({ dir: z.string() })), { dir: '.', more: 1 });
    expect(checked).toEqual({ kind: 'valid', input: { dir: '.' } });
  });

  test.each([undefined, null])('may be left out as %s, where everything has a default', async (given) => {
    const schema = z.object({ ref: z.string().default('main') }).prefault({});
    expect(await checkInput(taking(schema), given)).toEqual({ kind: 'valid', input: { ref: 'main' } });
  });

  test('may be null, where the schema says so', async () => {
    expect(await checkInput(taking(z.string().nullable()), null)).toEqual({ kind: 'valid', input: null });
  });

  test('may be checked asynchronously', async () => {
    const schema = z.string().refine(async (text) => text === 'yes', 'say yes');
    expect(await checkInput(taking(schema), 'yes')).toEqual({ kind: 'valid', input: 'yes' });
    expect(await checkInput(taking(schema), 'no')).toEqual({ kind: 'invalid', message: 'input: say yes' });
  });
});

describe('a wrong input', () => {
  test('is described by every place that is wrong', async () => {
    const schema = z.object({ dir: z.string(), tags: z.array(z.object({ name: z.string() })) });
    expect(await checkInput(taking(schema), { tags: [{ name: 'a' }, { name: 3 }] })).toEqual({
      kind: 'invalid',
      message:
        'input.dir: Invalid input: expected string, received undefined; ' +
        'input.tags[1].name: Invalid input: expected string, received number',
    });
  });

  test('is described as a whole, where it is not even an object', async () => {
    expect(await checkInput(taking(z.object({})), 3)).toEqual({
      kind: 'invalid',
      message: 'input: Invalid input: expected object, received number',
    });
  });

  test('is one that is missing', async () => {
    expect(await checkInput(taking(z.object({})), undefined)).toEqual({
      kind: 'invalid',
      message: 'input: Invalid input: expected object, received undefined',
    });
  });

  test('is one that would not travel as JSON, whatever its schema says', async () => {
    const schema = z.object({ seen: z.any() });
    expect(await checkInput(taking(schema), { seen: new Set() })).toEqual({
      kind: 'invalid',
      message: 'input.seen: a Set is not JSON',
    });
  });
});

function taking<S extends z.ZodType | undefined>(input: S) {
  // The cast: JsonSchema can't be decided for a schema of any type.
  return workflow('release', { input: input as never }, ({ task }) => {
    task('build', idle);
  });
}
