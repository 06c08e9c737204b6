import { describe, expect, test } from 'vitest';
import { OrchestrationEngine, workflow } from '../../src/index.js';
import { MemoryStorage } from '../support/memory-storage.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

const KIBIBYTE = 1024;
/** Of the JSON of a text with so many characters. */
const text = (bytes: number) => 'x'.repeat(Math.max(0, bytes - 2));

const passing = (bytes: number) =>
  workflow('passing', {}, ({ task }) => {
    const make = task('make', { run: () => text(bytes) });
    const measure = task('measure', { needs: { make }, run: ({ make }) => make.length });
    return { make, measure };
  });

async function engineWith(storage: MemoryStorage): Promise<OrchestrationEngine> {
  const { client, taskQueue } = await connectEngine();
  return OrchestrationEngine.connect({ client, taskQueue, storage });
}

describe('an output', () => {
  test.each([
    ['of nothing', 2, 0],
    ['of the budget', 8 * KIBIBYTE, 0],
    ['of a byte more', 8 * KIBIBYTE + 1, 1],
    ['of 2 MiB', 2 * KIBIBYTE ** 2, 1],
    ['of 50 MiB', 50 * KIBIBYTE ** 2, 1],
  ])('%s reaches what needs it, and the caller', async (_, bytes, stores) => {
    const storage = new MemoryStorage();
    const engine = await engineWith(storage);
    const definition = passing(bytes);
    await withWorker(
      engine,
      [definition],
      async () => {
        const run = await engine.start(definition);
        const { make, measure } = await run.result();
        expect({ made: make.length, measured: measure, stores: storage.stores }).toEqual({
          made: Math.max(0, bytes - 2),
          measured: Math.max(0, bytes - 2),
          stores,
        });
        expect(await run.output('make')).toHaveLength(Math.max(0, bytes - 2));
      },
      { storage },
    );
  });
});
