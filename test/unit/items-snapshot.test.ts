import { describe, expect, test } from 'vitest';
import { itemCounts, itemsSnapshot, readItems, sliceItems } from '../../src/core/items-snapshot.js';
import type { Json } from '../../src/core/json.js';
import type { MapProgress } from '../../src/core/map-progress.js';
import type { ShardReport } from '../../src/core/shard-report.js';
import { causeShortener } from '../../src/core/wire-cause.js';
import { planOf } from '../model/arbitrary-plan.js';
import { type Outcome, playRun, START } from '../support/played-run.js';

describe('the items of a map', () => {
  const map = () => mapOf(4, { 'smoke[1]': 'fails', 'smoke[2]': 'neverEnds' });

  test('are counted by their states', () => {
    expect(itemCounts(map())).toEqual({ total: 4, counts: { s: 2, f: 1, r: 1 } });
  });

  test('are listed, each with what is known of it', () => {
    const items = readItems(sent(itemsSnapshot(map(), START, causeShortener())));
    expect(items.map(({ state }) => state)).toEqual(['succeeded', 'failed', 'running', 'succeeded']);
    expect(items[1]).toEqual({
      state: 'failed',
      attempts: 3,
      scheduledAt: START + 1_000,
      settledAt: START + 3_000,
      cause: { kind: 'error', error: { type: 'Error', message: 'smoke[1] broke' } },
      until: undefined,
    });
  });

  test('are there page by page', () => {
    const page = sliceItems(itemsSnapshot(map(), START, causeShortener()), 1, 3);
    expect(page).toMatchObject({ total: 4, counts: { s: 2 } });
    expect(readItems(page).map(({ state }) => state)).toEqual(['failed', 'running']);
  });

  test('past the end are none', () => {
    expect(readItems(sliceItems(itemsSnapshot(map(), START, causeShortener()), 4, 9))).toEqual([]);
  });

  test('are not listed where they were only counted', () => {
    expect(readItems(itemCounts(map()))).toEqual([]);
  });
});

describe('the items of a map that is split', () => {
  const shard = { startedAt: START + 60_000, states: `${'s'.repeat(998)}fk`, failed: 1 };
  const map = () =>
    mapOf(2_500, {
      'smoke[0..999]': { output: reportOf(shard) },
      'smoke[1000..1999]': 'neverEnds',
      'smoke[2000..2499]': 'fails',
    });

  test('count as in the reports of the shards that have ended, and else as their shard does', () => {
    expect(itemCounts(map())).toEqual({
      total: 2_500,
      shardSize: 1_000,
      openShards: [1],
      counts: { s: 998, f: 501, k: 1, r: 1_000 },
    });
  });

  test('count the same when they are asked for again', () => {
    const same = map();
    expect(itemCounts(same)).toEqual(itemCounts(same));
  });

  test('are listed in their order, whoever ran them', () => {
    const items = readItems(sent(itemsSnapshot(map(), START, causeShortener())));
    expect(items).toHaveLength(2_500);
    expect([0, 998, 999, 1_000, 1_999, 2_000, 2_499].map((item) => items[item]?.state)).toEqual([
      'succeeded',
      'failed',
      'skipped',
      'running',
      'running',
      'failed',
      'failed',
    ]);
  });

  test('have the times of their own shard', () => {
    const items = readItems(itemsSnapshot(map(), START, causeShortener()));
    expect(items[3]).toMatchObject({ scheduledAt: START + 60_003, settledAt: START + 61_003 });
  });

  test('are there page by page, across the shards', () => {
    const page = sliceItems(itemsSnapshot(map(), START, causeShortener()), 998, 1_002);
    expect(readItems(page).map(({ state }) => state)).toEqual(['failed', 'skipped', 'running', 'running']);
  });

  test('of a shard that runs are small, however many there are', () => {
    const running = mapOf(100_000, Object.fromEntries(shardIds(100).map((id) => [id, 'neverEnds'])));
    expect(JSON.stringify(itemsSnapshot(running, START, causeShortener())).length).toBeLessThan(20_000);
  });
});

function mapOf(count: number, outcomes: Readonly<Record<string, Outcome>>): MapProgress {
  const plan = planOf({ smoke: [] }, { kinds: { smoke: { kind: 'map' } } });
  const items = { output: Array.from({ length: count }, (_, i) => i) };
  const map = playRun(plan, { smoke: items, ...outcomes }).scheduler.map(0);
  if (map === undefined) throw new Error('the items are not known');
  return map;
}

function shardIds(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `smoke[${i * 1_000}..${i * 1_000 + 999}]`);
}

function reportOf({ states, startedAt, failed }: { states: string; startedAt: number; failed: number }): Json {
  const report: ShardReport = {
    outputs: [...states].map(() => null),
    items: {
      states,
      attempts: {},
      scheduled: [...states].map((_, i) => i),
      settled: [...states].map((_, i) => i + 1_000),
      causes: {},
    },
    failed,
    reasons: [],
    startedAt,
  };
  return report as unknown as Json; // it is JSON
}

function sent<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
