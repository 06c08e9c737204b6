import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type CacheBasis, cacheKey } from '../../activities/cache-key.js';
import { resolveArgument } from '../../activities/resolve-argument.js';
import { type ServedTask, serveTasks } from '../../activities/served-task.js';
import type { Json } from '../../src/core/json.js';
import { PROTOCOL, type TaskArgument } from '../../src/core/protocol.js';
import { storedOutput, wireOutput } from '../../src/core/wire-output.js';
import { workflow } from '../../src/index.js';
import { memoryStore } from '../support/memory-storage.js';

interface Differing {
  readonly name?: string;
  readonly id?: string;
  readonly version?: number;
  readonly cacheVersion?: number;
  readonly need?: string;
  readonly input?: z.ZodType;
  readonly output?: z.ZodType;
}

/** The task `scan` that needs `build`, unless something differs. */
function scan(differing: Differing = {}): ServedTask {
  const { name = 'release', id = 'scan', version, cacheVersion = 1, need = 'build', input, output } = differing;
  const definition = workflow(name, { ...(input !== undefined && { input }) } as object, ({ task }) => {
    const build = task(need, { run: () => 'image' });
    task(id, {
      needs: { build },
      ...(version !== undefined && { version }),
      ...(output !== undefined && { output }),
      cache: { ttl: '1h', version: cacheVersion },
      run: () => 'clean',
    } as never);
  });
  const served = serveTasks(definition).get(id);
  if (served === undefined) throw new RangeError(`no task '${id}'`);
  return served;
}

const BASIS: CacheBasis = { needs: { build: { image: 'app', layers: [1, 2] } }, input: { ref: 'main' } };

describe('the key of an output in the cache', () => {
  test('is the same for the same task and the same values, in whatever order their keys are', () => {
    const other: CacheBasis = { input: { ref: 'main' }, needs: { build: { layers: [1, 2], image: 'app' } } };
    expect(cacheKey(scan(), BASIS)).toBe(cacheKey(scan(), other));
  });

  test('is a SHA-256', () => {
    expect(cacheKey(scan(), BASIS)).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each<[string, Differing]>([
    ['workflow', { name: 'nightly' }],
    ['task', { id: 'lint' }],
    ["task's version", { version: 2 }],
    ["cache's version", { cacheVersion: 2 }],
    ['need', { need: 'compile' }],
    ['input schema', { input: z.object({ ref: z.string() }) }],
    ['output schema', { output: z.string() }],
  ])('is another for another %s', (_, differing) => {
    expect(cacheKey(scan(differing), BASIS)).not.toBe(cacheKey(scan(), BASIS));
  });

  test.each<[string, CacheBasis]>([
    ['value of a need', { ...BASIS, needs: { build: { image: 'app', layers: [2, 1] } } }],
    ['input', { ...BASIS, input: { ref: 'next' } }],
    ['item', { ...BASIS, item: 'eu' }],
    ['key that the function says', { key: 'main' }],
  ])('is another for another %s', (_, basis) => {
    expect(cacheKey(scan(), basis)).not.toBe(cacheKey(scan(), BASIS));
  });

  test('of a task whose two versions are swapped is another', () => {
    const one = cacheKey(scan({ version: 1, cacheVersion: 2 }), BASIS);
    expect(cacheKey(scan({ version: 2, cacheVersion: 1 }), BASIS)).not.toBe(one);
  });

  test.each<[string, Json]>([
    ['a value', { image: 'app' }],
    ['one that looks like an envelope', { $pawl: { value: 1 } }],
  ])('is the same whether %s travelled itself or was stored', async (_, value) => {
    const store = memoryStore();
    const task = scan();
    const claim = await store.store(wireOutput(value) ?? null, { workflow: 'release', workflowId: 'r', runId: '1' });
    const resolved = (wire: Json) => resolveArgument(task, argumentOf(task, wire), store.loader());
    const [inline, stored] = await Promise.all([resolved(wireOutput(value) ?? null), resolved(storedOutput(claim))]);
    expect(cacheKey(task, stored)).toBe(cacheKey(task, inline));
  });
});

function argumentOf(task: ServedTask, build: Json): TaskArgument {
  const { shape } = task;
  const pawl = { protocol: PROTOCOL, workflow: 'release', task: 'scan', shape, rootRunId: 'first', attemptsUsed: 0 };
  return { needs: { build }, pawl };
}
