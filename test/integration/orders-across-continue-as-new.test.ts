import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { workflow } from '../../src/index.js';
import { expectSameFromHistory } from '../support/rebuilt-from-history.js';
import { executionsOf, startShort } from '../support/short-executions.js';
import { taskOf } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

/** After which a run of this file continues as new: some six tasks in a line. */
const EVENTS = 40;

describe('the orders that a run has taken before it continues as new', () => {
  const notes = workflow('notes', {}, (builder) => {
    const start = builder.approval('start');
    const last = builder.task('last', { needs: { start }, run: () => 1 });
    const all = Array.from({ length: 20 }, (_, i) => builder.event(`e${i}`, { needs: { last }, schema: z.number() }));
    return Object.fromEntries(all.map((event) => [event.id, event]));
  });

  test('are kept, each once, however often they are given with the same update id', async () => {
    await using engine = await connectEngine();
    const run = await startShort(engine, notes, EVENTS);
    const give = (i: number) => run.send(`e${i}`, i, { updateId: `note-${i}`, actor: `actor ${i}` });
    const numbers = Array.from({ length: 20 }, (_, i) => i);
    await withWorker(engine, [notes], async () => {
      await Promise.all(numbers.map(give));
      expect((await executionsOf(engine, run)).length).toBeGreaterThan(1);
      await Promise.all(numbers.map(give));
      const { audit } = await run.status();
      expect(audit.map(({ actor }) => actor).sort()).toEqual(numbers.map((i) => `actor ${i}`).sort());
      await run.approve('start');
      expect(await run.result()).toEqual(Object.fromEntries(numbers.map((i) => [`e${i}`, i])));
    });
    expect((await run.status()).audit).toHaveLength(21);
    await expectSameFromHistory(engine, run);
  });

  test('hold for what comes after: a pause lasts until it is ended', async () => {
    await using engine = await connectEngine();
    const run = await startShort(engine, notes, EVENTS);
    await withWorker(engine, [notes], async () => {
      await run.pause({ actor: 'ann', reason: 'the network is being changed' });
      await run.approve('start');
      for (let i = 0; i < 20; i++) await run.send(`e${i}`, i);
      expect((await executionsOf(engine, run)).length).toBeGreaterThan(1);
      const snapshot = await run.status();
      expect(snapshot.paused).toBe(true);
      expect(taskOf(snapshot, 'last').state).toBe('pending');
      expect(snapshot.audit[0]).toMatchObject({ verb: 'pause', actor: 'ann', reason: 'the network is being changed' });
      await run.resume();
      expect(await run.result()).toMatchObject({ e0: 0, e19: 19 });
    });
  });
});
