import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type OrchestrationEngine, settled, workflow } from '../../src/index.js';
import { runInProcess } from '../../testing/index.js';
import { MEBIBYTE, text, withStorage } from '../support/stored-runs.js';

const json = z.json();
type Value = z.infer<typeof json>;

/** What is a user's, and looks like Pawl's own. */
const LOOKALIKES: readonly (readonly [string, Value])[] = [
  ['a claim', { $pawl: { claim: { driver: 'memory', data: { key: 'k' }, bytes: 1, sha256: 's' } } }],
  ['a value', { $pawl: { value: 1 } }],
  ['a reply', { $pawl: { attempts: 3 } }],
  ['a skip', { $pawl: { attempts: 3, skipped: true } }],
  ['lists', { $pawl: { lists: [[1], [2]] } }],
  ['a record', { $pawl: { record: { a: 1 } } }],
  ['a value in a value', { $pawl: { value: { $pawl: { value: 1 } } } }],
  ['a pooled claim', { $pawl: { pooled: 0, at: 0, bytes: 0 } }],
  ['nothing', { $pawl: null }],
];

const child = workflow('child', { input: json }, ({ task }) => ({
  given: task('given', { output: json, run: (_, { input }) => input as Value }),
}));

/** Everything that it is given and makes is the same. */
const echo = workflow(
  'echo',
  { input: z.object({ value: json, padding: z.string() }) },
  ({ task, map, subworkflow }) => {
    const made = task('made', { output: json, run: (_, { input }) => input.value as Value });
    const read = task('read', {
      needs: { made, other: settled(made) },
      output: json,
      run: ({ made, other }) => [made, other] as Value,
    });
    const items = map('items', {
      needs: { made },
      over: ({ made }, { input }) => [made, 'between', made, input.padding] as Value[],
      output: json,
      run: (item) => (typeof item === 'string' ? item.length : item) as Value,
    });
    const all = task('all', { needs: { items }, output: json, run: ({ items }) => items as Value });
    const sub = subworkflow('sub', child, { needs: { made }, with: ({ made }) => made });
    const back = task('back', { needs: { sub }, output: json, run: ({ sub }) => sub.given as Value });
    return { made, read, items, all, sub, back };
  },
);

function expected(value: Value, padding: string) {
  const items = [value, 7, value, padding.length];
  return {
    made: value,
    read: [value, { status: 'succeeded', output: value }],
    items,
    all: items,
    sub: { given: value },
    back: value,
  };
}

describe.each(LOOKALIKES)('what looks like %s in Pawl’s envelope arrives as it is', (_, value) => {
  test('in process', async () => {
    const run = await runInProcess(echo, { value, padding: '' });
    expect(await run.result()).toEqual(expected(value, ''));
  });
});

test.each([
  ['that travels itself', ''],
  ['of which items and input are stored', text(MEBIBYTE)],
])(
  'on a server all that looks so arrives as it is, in a run %s',
  async (_, padding) => {
    await withStorage([echo], async (engine) => {
      const results = await Promise.all(LOOKALIKES.map(([, value]) => echoed(engine, value, padding)));
      expect(results).toEqual(LOOKALIKES.map(([, value]) => expected(value, padding)));
    });
  },
  180_000,
);

test('also as the whole input, and by the name of the workflow alone', async () => {
  await withStorage([child], async (engine) => {
    const runs = LOOKALIKES.flatMap(([, value]) => [
      engine.execute(child, value),
      engine.execute<typeof child>('child', value),
    ]);
    expect(await Promise.all(runs)).toEqual(LOOKALIKES.flatMap(([, value]) => [{ given: value }, { given: value }]));
  });
}, 120_000);

async function echoed(engine: OrchestrationEngine, value: Value, padding: string) {
  const run = await engine.start(echo, { value, padding });
  const result = await run.result();
  expect(await run.output('made')).toEqual(value);
  expect(await run.output('items[2]')).toEqual(value);
  return result;
}
