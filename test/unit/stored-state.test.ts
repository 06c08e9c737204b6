import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/core/json.js';
import { itemOf } from '../../src/core/map-progress.js';
import { payloadSize } from '../../src/core/payload-size.js';
import { poolClaims, unpoolClaims } from '../../src/core/pooled-claims.js';
import { Scheduler } from '../../src/core/scheduler.js';
import type { SchedulerState } from '../../src/core/scheduler-state.js';
import { statePieces } from '../../src/core/stored-state.js';
import { type Claim, storedOutput } from '../../src/core/wire-output.js';
import { resolveOutput } from '../../src/data/resolve-output.js';
import { planOf } from '../model/arbitrary-plan.js';
import { playRun, START } from '../support/played-run.js';

/** A storage for what a state gives away. */
class Shelf {
  readonly values: Json[] = [];

  store(value: Json): Claim {
    const key = String(this.values.push(value) - 1);
    return { driver: 'shelf', data: { key }, bytes: payloadSize(value), sha256: `hash of ${key}` };
  }

  readonly load = async ({ data: { key } }: Claim): Promise<Json> => this.values[Number(key)] ?? null;
}

const PLAN = planOf({ a: [], b: [], c: ['b'], gate: ['c'] }, { kinds: { gate: { kind: 'event' } } });

function stored(state: SchedulerState, shelf: Shelf, plan = PLAN): SchedulerState {
  const { values, without } = statePieces(state, plan, 'all');
  return without(values.map((value) => shelf.store(value)));
}

describe('what a state has given away', () => {
  test('is what it was: bare outputs, those that look like claims, and those that are stored already', async () => {
    const shelf = new Shelf();
    const looksStored = { $pawl: { value: { $pawl: { claim: { driver: 'none' } } } } };
    const outputs = { a: 'bare', b: storedOutput(shelf.store('large')), c: looksStored };
    const { scheduler } = playRun(
      PLAN,
      Object.fromEntries(Object.entries(outputs).map(([id, output]) => [id, { output }])),
    );
    const again = new Scheduler(PLAN, stored(scheduler.save(START), shelf));
    const wire = again.tasks.map(({ output }) => output);
    expect(await Promise.all(wire.map((output) => resolveOutput(output, shelf.load)))).toEqual([
      'bare',
      'large',
      { $pawl: { claim: { driver: 'none' } } },
      undefined,
    ]);
  });

  test('leaves no claim of its own for each output, which would take as much room', () => {
    const shelf = new Shelf();
    const ids = Array.from({ length: 3_000 }, (_, index) => `t${index}`);
    const plan = planOf(Object.fromEntries(ids.map((id) => [id, []])), { outputs: {} });
    const large = Object.fromEntries(ids.map((id) => [id, { output: storedOutput(shelf.store(id)) }]));
    const { scheduler } = playRun(plan, large);
    expect(payloadSize(poolClaims(stored(scheduler.save(START), shelf, plan)).tasks.outputs)).toBeLessThan(100);
  });
});

test('claims that many outputs have travel once, and come back as they were', () => {
  const shelf = new Shelf();
  const { scheduler } = playRun(PLAN, { c: { output: storedOutput(shelf.store('c')) } });
  const state = stored(scheduler.save(START), shelf);
  const sent = JSON.parse(JSON.stringify(poolClaims(state)));
  expect(sent.pooled.claims).toHaveLength(1);
  expect(unpoolClaims(sent)).toEqual(JSON.parse(JSON.stringify(state)));
});

describe('the items of a map that are given away', () => {
  const plan = planOf({ m: [] }, { kinds: { m: { kind: 'map' } } });
  const items = Array.from({ length: 1_000 }, (_, n) =>
    n === 1 ? { $pawl: { value: 'no envelope' } } : `item ${n}`.padEnd(20),
  );

  test.each([0, 2_000])('are the same, of a map or a shard of which the first is %i', async (from) => {
    const shelf = new Shelf();
    const { scheduler } = playRun(plan, { m: 'neverEnds' });
    const state = { ...scheduler.save(START), maps: { 0: { items, from, tolerated: 0 } } };
    const { of } = new Scheduler(plan, stored(state, shelf, plan)).map(0) ?? expect.fail('there is no map');
    expect(of.items).toHaveProperty('claim');
    expect(await Promise.all(items.map((_, part) => resolveOutput(itemOf(of, part), shelf.load)))).toEqual(items);
  });
});
