import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/core/json.js';
import type { Verb } from '../../src/core/order.js';
import type { Scheduler } from '../../src/core/scheduler.js';
import { refuseOrder } from '../../src/core/steering.js';
import type { PlanSettings } from '../model/arbitrary-plan.js';
import { planOf } from '../model/arbitrary-plan.js';
import { giveOrder } from '../support/give-order.js';
import { playRun, START } from '../support/played-run.js';

const items = Array.from({ length: 1_500 }, (_, item) => item);
const BROKEN = { type: 'TooLarge', message: 'it made too much' };

describe('a child workflow of a map that fails as a whole, under `hold`,', () => {
  test('is held, and takes the other items not with it', () => {
    const scheduler = withHeldShard();
    expect(statesOf(scheduler)).toEqual({ map: 'running', shards: ['held', 'running'] });
    reportShard(scheduler, 1, 500);
    expect(statesOf(scheduler)).toEqual({ map: 'running', shards: ['held', 'succeeded'] });
  });

  test('is retried by the retry of one of its items, and the map succeeds with it', () => {
    const scheduler = withHeldShard();
    expect(refuseOrder(scheduler, { verb: 'retry', task: 'it[7]' })).toBeUndefined();
    expect(giveOrder(scheduler, { verb: 'retry', task: 'it[7]' })).toMatchObject([
      { kind: 'startChild', task: 0, part: 0, dispatch: 2 },
    ]);
    reportShard(scheduler, 1, 500);
    reportShard(scheduler, 0, 1_000, 2);
    expect(statesOf(scheduler)).toEqual({ map: 'succeeded', shards: ['succeeded', 'succeeded'] });
    expect(scheduler.outcome).toBe('completed');
  });

  test.for(['skip', 'complete', 'fail', 'cancel'] as const)(
    'takes no other verb: who would %s one item does not mean a thousand',
    (verb) => {
      expect(refuseOrder(withHeldShard(), orderOf(verb, 'it[7]'))).toBe(
        'the items it[0..999] are held together: retry them',
      );
    },
  );

  test('leaves the items of the others where they are', () => {
    const refused = refuseOrder(withHeldShard(), { verb: 'retry', task: 'it[1200]' });
    expect(refused).toBe('the item is in the child workflow it[1000..1499]: give the order there');
  });

  test.for([
    [999, 'held', 'running'],
    [1_000, 'failed', 'succeeded'],
  ] as const)('with %i items that may fail is %s', ([count, shard, map]) => {
    const scheduler = withHeldShard({ tolerate: { count } });
    reportShard(scheduler, 1, 500);
    expect(statesOf(scheduler)).toEqual({ map, shards: [shard, 'succeeded'] });
  });
});

describe('a run that is cancelled while the child workflows of a map run', () => {
  test('is cancelled, though an item had failed before, as it is with a map in one part', () => {
    const scheduler = started('continue');
    scheduler.apply({ kind: 'runCancelRequested', at: START + 1 });
    reportShard(scheduler, 0, 1_000, 1, { cancelled: true, failed: 1, reasons: ['it[0]: no route'] });
    reportShard(scheduler, 1, 500, 1, { cancelled: true });
    expect(scheduler.outcome).toBe('cancelled');
  });

  test('is failed, if they had all ended before they heard of it, and too many had failed', () => {
    const scheduler = started('continue');
    scheduler.apply({ kind: 'runCancelRequested', at: START + 1 });
    reportShard(scheduler, 0, 1_000, 1, { failed: 1, reasons: ['it[0]: no route'] });
    reportShard(scheduler, 1, 500);
    expect(scheduler.outcome).toBe('failed');
  });
});

type Settings = NonNullable<NonNullable<PlanSettings['kinds']>[string]['map']>;

function started(onFailure: 'continue' | 'hold', map: Settings = {}): Scheduler {
  const plan = planOf({ it: [] }, { onFailure, kinds: { it: { kind: 'map', map } } });
  const { scheduler } = playRun(plan, {
    it: { output: items },
    'it[0..999]': 'neverEnds',
    'it[1000..1499]': 'neverEnds',
  });
  return scheduler;
}

/** Its first 1,000 items are held, the others run. */
function withHeldShard(map: Settings = {}): Scheduler {
  const scheduler = started('hold', map);
  scheduler.apply({ kind: 'taskFailed', task: 0, part: 0, dispatch: 1, attempts: 1, error: BROKEN, at: START + 1 });
  return scheduler;
}

function reportShard(scheduler: Scheduler, part: number, size: number, dispatch = 1, report: object = {}): void {
  const states = { states: 's'.repeat(size), attempts: {}, scheduled: [], settled: [], causes: {} };
  const output = {
    outputs: new Array<Json>(size).fill(1),
    items: states,
    failed: 0,
    reasons: [],
    startedAt: START,
    ...report,
  };
  scheduler.apply({ kind: 'taskSucceeded', task: 0, part, dispatch, attempts: 1, output, at: START + 2 });
}

function statesOf(scheduler: Scheduler) {
  return { map: scheduler.unit({ task: 0 }).state, shards: scheduler.partsOf(0).map(({ state }) => state) };
}

function orderOf(verb: Exclude<Verb, 'pause' | 'resume' | 'send'>, task: string) {
  return verb === 'fail' ? { verb, task, message: 'no' } : { verb, task };
}
