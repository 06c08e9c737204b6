import { describe, expect, test } from 'vitest';
import { partCount } from '../../src/core/item-numbers.js';
import type { Json } from '../../src/core/json.js';
import { MapProgress, mapItems } from '../../src/core/map-progress.js';
import type { MapPlan } from '../../src/core/plan.js';
import type { ShardReport } from '../../src/core/shard-report.js';
import { TaskOrchestrator } from '../../src/core/task-orchestrator.js';
import type { SettledState } from '../../src/core/task-state.js';

describe('the items of a map', () => {
  test('are not split up to 1,000', () => {
    const items = mapItems(numbers(1_000), {});
    expect(items).toMatchObject({ from: 0, count: 1_000, shardSize: undefined });
    expect(partCount(items)).toBe(1_000);
  });

  test('are split in shards of 1,000 above', () => {
    const items = mapItems(numbers(2_001), {});
    expect(items).toMatchObject({ count: 2_001, shardSize: 1_000 });
    expect(partCount(items)).toBe(3);
  });

  test.for([
    [undefined, 10, 0],
    [{ count: 3 }, 10, 3],
    [{ percent: 10 }, 39, 3],
    [{ percent: 10 }, 9, 0],
    [{ percent: 100 }, 7, 7],
    [{ percent: 29 }, 100, 29],
    [{ percent: 0.5 }, 1_000, 5],
  ] as const)('%o of %i tolerate %i failures', ([tolerate, count, tolerated]) => {
    expect(mapItems(numbers(count), tolerate === undefined ? {} : { tolerate }).tolerated).toBe(tolerated);
  });
});

describe('places', () => {
  test('are as many as the concurrency', () => {
    const map = mapOf(5, {}, 2);
    expect(partsOf(map.admit())).toEqual([0, 1]);
    expect(map.admit()).toEqual([]);
  });

  test('are for all at once, where there is none', () => {
    expect(partsOf(mapOf(3).admit())).toEqual([0, 1, 2]);
  });

  test('that are left are given to the next', () => {
    const map = mapOf(5, {}, 2);
    for (const part of map.admit()) part.dispatch(0);
    map.release();
    expect(partsOf(map.admit())).toEqual([2]);
  });

  test('are given first to what is ready again', () => {
    const map = mapOf(5, {}, 1);
    const [first] = map.admit();
    if (first === undefined) throw new Error('nothing was admitted');
    first.dispatch(0);
    first.hold({ type: 'Error', message: 'it broke' }, undefined);
    map.release();
    first.retry();
    map.offer(first);
    expect(partsOf(map.admit())).toEqual([0]);
  });

  test('are not given to what has settled meanwhile', () => {
    const map = mapOf(3, {}, 1);
    map.parts[0]?.settle('cancelled', 0, { kind: 'mapSettled' });
    expect(partsOf(map.admit())).toEqual([1]);
  });
});

describe('a map', () => {
  test('is settled when all its parts are', () => {
    const map = mapOf(2);
    settle(map, 0, 'succeeded', 'a');
    expect(map).toMatchObject({ isSettled: false, settledCount: 1 });
    settle(map, 1, 'failed');
    expect(map).toMatchObject({ isSettled: true, settledCount: 2 });
  });

  test('has the outputs in the order of the items, and nothing where there is none', () => {
    const map = mapOf(4, { tolerate: { count: 2 } });
    settle(map, 3, 'succeeded', 'd');
    settle(map, 0, 'succeeded', 'a');
    settle(map, 1, 'failed');
    settle(map, 2, 'skipped');
    expect(map.outputs()).toEqual(['a', null, null, 'd']);
  });

  test('tolerates so many failures, and not one more', () => {
    const map = mapOf(3, { tolerate: { count: 1 } });
    expect(map.tolerates(map.parts[0] as never)).toBe(true);
    settle(map, 0, 'failed');
    expect(map.tolerates(map.parts[0] as never)).toBe(false);
    expect(map).toMatchObject({ hasPassedTolerance: false });
    settle(map, 1, 'failed');
    expect(map.hasPassedTolerance).toBe(true);
  });

  test('counts an item that an operator cancelled as failed, and one that he skipped not', () => {
    const map = mapOf(2);
    map.parts[0]?.settle('skipped', 0, { kind: 'operator', verb: 'skip', actor: 'anna' });
    map.parts[1]?.settle('cancelled', 0, { kind: 'operator', verb: 'cancel', actor: 'anna' });
    const [skipped, cancelled] = map.parts;
    if (skipped !== undefined) map.settle(skipped);
    expect(map.hasPassedTolerance).toBe(false);
    if (cancelled !== undefined) map.settle(cancelled);
    expect(map).toMatchObject({ hasPassedTolerance: true, cancelled: undefined });
  });

  test('that was stopped knows why', () => {
    const map = mapOf(1);
    map.parts[0]?.settle('cancelled', 0, { kind: 'stopped', root: 4 });
    if (map.parts[0] !== undefined) map.settle(map.parts[0]);
    expect(map).toMatchObject({ hasPassedTolerance: false, cancelled: { kind: 'stopped', root: 4 } });
  });

  test('says of its first failures why', () => {
    const map = mapOf(6, { tolerate: { count: 1 } });
    for (let part = 0; part < 5; part++) settle(map, part, 'failed');
    expect(map.failure((part) => `smoke[${part}]`)).toEqual({
      type: 'ItemsFailed',
      message:
        '5 of 6 items failed, 1 is tolerated: smoke[0]: 0 broke; smoke[1]: 1 broke; smoke[2]: 2 broke; and 2 more',
    });
  });
});

describe('a map that is split', () => {
  test('has the outputs of its shards, and nothing for one that failed', () => {
    const map = mapOf(2_500);
    settle(map, 0, 'succeeded', reportOf({ outputs: numbers(1_000) }));
    settle(map, 1, 'failed');
    settle(map, 2, 'succeeded', reportOf({ outputs: numbers(500) }));
    const outputs = map.outputs() as readonly Json[];
    expect(outputs).toHaveLength(2_500);
    expect([outputs[999], outputs[1_000], outputs[1_999], outputs[2_000]]).toEqual([999, null, null, 0]);
  });

  test('counts the failures in its shards', () => {
    const map = mapOf(2_500, { tolerate: { count: 3 } });
    settle(map, 0, 'succeeded', reportOf({ failed: 2 }));
    expect(map.hasPassedTolerance).toBe(false);
    settle(map, 1, 'succeeded', reportOf({ failed: 2 }));
    expect(map.hasPassedTolerance).toBe(true);
  });

  test('counts all items of a shard that failed itself', () => {
    const map = mapOf(2_500, { tolerate: { count: 499 } });
    settle(map, 2, 'failed');
    expect(map.hasPassedTolerance).toBe(true);
  });

  test('counts all items of a shard that an operator cancelled', () => {
    const map = mapOf(2_500, { tolerate: { count: 499 } });
    const [, , last] = map.parts;
    last?.settle('cancelled', 0, { kind: 'operator', verb: 'cancel', actor: 'anna' });
    if (last !== undefined) map.settle(last);
    expect(map).toMatchObject({ hasPassedTolerance: true, cancelled: undefined });
    expect(map.failure((part) => `smoke/${part}`).message).toBe(
      '500 of 2500 items failed, 499 are tolerated: smoke/2: an operator cancelled it; and 499 more',
    );
  });

  test.for([
    [499, false],
    [500, true],
  ] as const)('tolerates a shard of 500 items where %i may fail: %o', ([count, tolerates]) => {
    const map = mapOf(2_500, { tolerate: { count } });
    expect(map.tolerates(map.parts[2] as TaskOrchestrator)).toBe(tolerates);
  });

  test('does not tolerate a shard, where items of the others failed and it would be too many', () => {
    const map = mapOf(2_500, { tolerate: { count: 501 } });
    settle(map, 0, 'succeeded', reportOf({ failed: 1 }));
    expect(map.tolerates(map.parts[2] as TaskOrchestrator)).toBe(true);
    settle(map, 1, 'succeeded', reportOf({ failed: 1 }));
    expect(map.tolerates(map.parts[2] as TaskOrchestrator)).toBe(false);
  });

  test('was cancelled, if one of its shards was', () => {
    const map = mapOf(2_500);
    settle(map, 1, 'succeeded', reportOf({ cancelled: true }));
    expect(map.cancelled).toEqual({ kind: 'runCancelled' });
  });

  test('says what its shards said of their failures', () => {
    const map = mapOf(2_500);
    settle(map, 0, 'succeeded', reportOf({ failed: 2, reasons: ['smoke[3]: no', 'smoke[5]: no'] }));
    settle(map, 1, 'succeeded', reportOf({ failed: 2, reasons: ['smoke[1003]: no', 'smoke[1004]: no'] }));
    expect(map.failure(String).message).toBe(
      '4 of 2500 items failed: smoke[3]: no; smoke[5]: no; smoke[1003]: no; and 1 more',
    );
  });
});

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function mapOf(count: number, plan: MapPlan = {}, concurrency?: number): MapProgress {
  const items = mapItems(numbers(count), plan);
  const parts = Array.from({ length: partCount(items) }, (_, part) => {
    const unit = new TaskOrchestrator({ task: 0, part }, ['run']);
    unit.trigger();
    return unit;
  });
  return new MapProgress(items, parts, concurrency);
}

function partsOf(units: readonly TaskOrchestrator[]): (number | undefined)[] {
  return units.map(({ ref }) => ref.part);
}

function settle(map: MapProgress, part: number, state: SettledState, output?: Json): void {
  const unit = map.parts[part];
  if (unit === undefined) throw new RangeError(`no part ${part}`);
  unit.output = output;
  unit.settle(
    state,
    0,
    state === 'failed' ? { kind: 'error', error: { type: 'Error', message: `${part} broke` } } : undefined,
  );
  map.settle(unit);
}

function reportOf(report: Partial<ShardReport>): Json {
  return { outputs: [], failed: 0, reasons: [], startedAt: 0, ...report } as unknown as Json; // a shard's report is JSON
}
