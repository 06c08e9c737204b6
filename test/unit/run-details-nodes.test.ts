import { describe, expect, test } from 'vitest';
import { renderRunDetails } from '../../src/core/details/run-details.js';
import type { Scheduler } from '../../src/core/scheduler.js';
import { planOf } from '../model/arbitrary-plan.js';
import { giveOrder } from '../support/give-order.js';
import { playRun, START } from '../support/played-run.js';

const MAP = { kind: 'map', map: { tolerate: { count: 1 } } } as const;
const items = (count: number) => ({ output: Array.from({ length: count }, (_, i) => i) });

describe('a map', () => {
  const plan = planOf({ smoke: [] }, { kinds: { smoke: { kind: 'map' } }, onFailure: 'hold' });

  test('shows how far its items are, and those that are held one by one', () => {
    const { scheduler } = playRun(plan, {
      smoke: items(5),
      'smoke[1]': 'fails',
      'smoke[3]': 'neverEnds',
      'smoke[4]': 'neverEnds',
    });
    expect(rows(scheduler)).toEqual([
      '| • running | smoke | 1 |  | 2 of 5 items, 1 held, 2 running |',
      '| ! held | smoke\\[1\\] | 3 |  | smoke\\[1\\] broke; held: retry, skip, complete, fail or cancel |',
    ]);
  });

  test('that is succeeded shows what it tolerated', () => {
    const { scheduler } = playRun(planOf({ smoke: [] }, { kinds: { smoke: MAP } }), {
      smoke: items(3),
      'smoke[1]': 'fails',
    });
    expect(rows(scheduler)).toEqual(['| ✓ succeeded | smoke | 1 | 4.0 s | 3 of 3 items, 1 failed |']);
  });

  test('that failed shows why its first items did', () => {
    const { scheduler } = playRun(planOf({ smoke: [] }, { kinds: { smoke: { kind: 'map' } } }), {
      smoke: items(2),
      'smoke[1]': 'fails',
    });
    expect(rows(scheduler)).toEqual([
      '| ✗ failed | smoke | 1 | 3.0 s | 2 of 2 items, 1 failed; ItemsFailed: 1 of 2 items failed: smoke\\[1\\]: smoke\\[1\\] broke |',
    ]);
  });

  test('that is split says over how many child workflows', () => {
    const { scheduler } = playRun(plan, {
      smoke: items(2_500),
      'smoke[0..999]': 'neverEnds',
      'smoke[1000..1999]': 'neverEnds',
      'smoke[2000..2499]': 'neverEnds',
    });
    expect(rows(scheduler)).toEqual([
      '| • running | smoke | 1 |  | 0 of 2500 items, 2500 running, in 3 child workflows |',
    ]);
  });

  test('lists at most ten of its items', () => {
    const failures = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`smoke[${i}]`, 'fails' as const]));
    const { scheduler } = playRun(plan, { smoke: items(20), ...failures });
    expect(rows(scheduler)).toHaveLength(11);
    expect(rows(scheduler)[0]).toContain('0 of 20 items, 20 held');
  });
});

describe('a wait', () => {
  test.for([
    [{ kind: 'approval' }, 'waits for a decision: approve or reject'],
    [
      { kind: 'approval', wait: { timeout: 60_000 } },
      'waits for a decision until 2026-01-01 00:01:00 UTC, then fails: approve or reject',
    ],
    [
      { kind: 'event', wait: { timeout: 60_000, onTimeout: 'skip' } },
      'waits for a value until 2026-01-01 00:01:00 UTC, then is skipped: send',
    ],
    [
      { kind: 'event', wait: { timeout: 60_000, onTimeout: { value: 1 } } },
      'waits for a value until 2026-01-01 00:01:00 UTC, then goes on with a value of its own: send',
    ],
    [{ kind: 'sleep', wait: { duration: 60_000 } }, 'sleeps until 2026-01-01 00:01:00 UTC'],
  ] as const)('%o says what for and until when', ([kind, notes]) => {
    const { scheduler } = playRun(planOf({ gate: [] }, { kinds: { gate: kind } }));
    expect(rows(scheduler)).toEqual([`| … waiting | gate |  |  | ${notes} |`]);
  });

  test('for a person comes before the tasks that run, one for a time does not', () => {
    const kinds = { nap: { kind: 'sleep', wait: { duration: 60_000 } }, gate: { kind: 'approval' } } as const;
    const { scheduler } = playRun(planOf({ build: [], nap: [], gate: [] }, { kinds }), { build: 'neverEnds' });
    expect(rows(scheduler).map((row) => row.split(' | ')[1])).toEqual(['gate', 'build', 'nap']);
  });

  test('whose decision came early says so', () => {
    const plan = planOf({ build: [], gate: ['build'] }, { kinds: { gate: { kind: 'approval' } } });
    const { scheduler } = playRun(plan, { build: 'neverEnds' });
    giveOrder(scheduler, { verb: 'approve', task: 'gate' });
    expect(rows(scheduler)[1]).toBe('| ○ pending | gate |  |  | what it will wait for has come already |');
  });
});

describe('a held task', () => {
  test('says until when, and what an operator can do', () => {
    const { scheduler } = playRun(planOf({ build: [] }, { onFailure: 'hold', holdTimeout: 60_000 }), {
      build: 'fails',
    });
    expect(rows(scheduler)).toEqual([
      '| ! held | build | 3 |  | build broke; held until 2026-01-01 00:01:01 UTC: retry, skip, complete, fail or cancel |',
    ]);
  });
});

describe('a subworkflow', () => {
  test('that runs names its child workflow', () => {
    const { scheduler } = playRun(planOf({ eu: [] }, { kinds: { eu: { kind: 'subworkflow', child: 0 } } }), {
      eu: 'neverEnds',
    });
    expect(rows(scheduler)).toEqual(['| • running | eu |  |  | child workflow child |']);
  });
});

describe('what undoes a task', () => {
  const plan = planOf(
    { book: [], pay: ['book'], ship: ['pay'] },
    { kinds: { book: { compensate: true }, pay: { compensate: true } } },
  );

  test('has a row of its own, and is counted in the headline', () => {
    const { scheduler } = playRun(plan, { ship: 'fails', 'pay:compensate': 'neverEnds' });
    expect(headline(scheduler)).toBe(
      '**undoing, 3 of 3 tasks settled**: ✗ 1 failed, ✓ 2 succeeded; compensations and destroys: • 1 running',
    );
    expect(rows(scheduler).at(-1)).toBe('| • running | pay:compensate |  |  |  |');
  });

  test('comes among the first when it failed', () => {
    const { scheduler } = playRun(plan, { ship: 'fails', 'pay:compensate': 'fails' });
    expect(rows(scheduler).map((row) => row.split(' | ').slice(0, 2).join(' '))).toEqual([
      '| ✗ failed ship',
      '| ✗ failed pay:compensate',
      '| ✓ succeeded book',
      '| ✓ succeeded pay',
      '| ✓ succeeded book:compensate',
    ]);
  });

  test('is the destroy of a resource, too', () => {
    const resource = planOf({ db: [], test: ['db'] }, { kinds: { db: { kind: 'resource' } } });
    const { scheduler } = playRun(resource, { 'db:destroy': 'neverEnds' });
    expect(rows(scheduler).at(-1)).toBe('| • running | db:destroy |  |  |  |');
  });
});

describe('the node at the end', () => {
  const plan = planOf({ build: [] }, { finish: true });

  test('says that it comes last, in the table and below the graph', () => {
    const { scheduler } = playRun(plan, { build: 'neverEnds' });
    expect(rows(scheduler)[1]).toBe('| ○ pending | finish |  |  | runs when all else has ended |');
    expect(textOf(scheduler)).toContain('• build\n\nat the end: ○ finish\n');
  });

  test('that failed does not change the outcome', () => {
    const { scheduler } = playRun(plan, { finish: 'fails' });
    expect(headline(scheduler)).toBe('**completed, 2 of 2 tasks settled**: ✗ 1 failed, ✓ 1 succeeded');
    expect(rows(scheduler)[0]).toBe('| ✗ failed | finish | 3 | 1.0 s | finish broke (the outcome stays what it is) |');
  });

  test('is what the run is at when all else has ended', () => {
    const { scheduler } = playRun(plan, { finish: 'neverEnds' });
    expect(headline(scheduler)).toBe('**finishing, 1 of 2 tasks settled**: • 1 running, ✓ 1 succeeded');
  });
});

describe('the headline', () => {
  test('counts the items that are held, as their map is running', () => {
    const plan = planOf({ smoke: [] }, { kinds: { smoke: { kind: 'map' } }, onFailure: 'hold' });
    const { scheduler } = playRun(plan, { smoke: items(3), 'smoke[0]': 'fails', 'smoke[2]': 'fails' });
    expect(headline(scheduler)).toBe('**running, 0 of 1 task settled**: • 1 running; ! 2 items held');
  });

  const running = () => playRun(planOf({ build: [], test: ['build'] }), { build: 'neverEnds' }).scheduler;

  test('says that the run is paused, and by whom', () => {
    const scheduler = running();
    giveOrder(scheduler, { verb: 'pause' });
    expect(headline(scheduler)).toBe('**paused by anna, 0 of 2 tasks settled**: • 1 running, ○ 1 pending');
  });

  test('says that the run is about to stop', () => {
    const scheduler = running();
    scheduler.apply({ kind: 'runCancelRequested', at: START });
    expect(headline(scheduler)).toContain('**stopping, 1 of 2 tasks settled**');
    expect(rows(scheduler)[0]).toBe('| • running | build |  |  | it was asked to stop |');
  });
});

describe('the orders of operators', () => {
  const gate = (count: number) => {
    const ids = Array.from({ length: count }, (_, i) => `gate-${i}`);
    const kinds = Object.fromEntries(ids.map((id) => [id, { kind: 'approval' } as const]));
    return playRun(planOf(Object.fromEntries(ids.map((id) => [id, []])), { kinds })).scheduler;
  };

  test('are shown with who, when and why', () => {
    const scheduler = gate(1);
    giveOrder(scheduler, { verb: 'approve', task: 'gate-0' }, { reason: 'looks *good*' });
    expect(textOf(scheduler)).toContain(
      'Orders:\n\n- 2026-01-01 00:00:30 UTC, approve gate-0, by anna: looks \\*good\\*\n',
    );
  });

  test('are the last five', () => {
    const scheduler = gate(7);
    for (let i = 0; i < 7; i++) giveOrder(scheduler, { verb: 'approve', task: `gate-${i}` });
    expect(textOf(scheduler)).toContain('The last 5 of 7 orders:');
    expect(textOf(scheduler).match(/^- .*$/gm)).toHaveLength(5);
    expect(textOf(scheduler)).toMatch(/approve gate-6, by anna$/m);
  });

  test('say which had no effect, and why', () => {
    const scheduler = gate(1);
    const order = { verb: 'send', task: 'gate-0', value: 1 } as const;
    const by = { id: 'u', actor: 'anna' };
    scheduler.apply({ kind: 'orderFailed', order, by, message: 'expected a string', at: START });
    expect(textOf(scheduler)).toContain('send gate-0, by anna (it had no effect: expected a string)');
  });

  test('are there above 200 tasks, too', () => {
    const scheduler = gate(201);
    giveOrder(scheduler, { verb: 'pause' });
    expect(textOf(scheduler)).toMatch(/and 151 more\n\nOrders:\n\n- .* pause, by anna$/);
  });
});

test('the graph shows what kind of node a task is', () => {
  const plan = planOf(
    { build: [], 'eu.smoke': ['build'], 'eu.deploy': ['build'], both: ['eu.smoke'] },
    {
      kinds: {
        'eu.smoke': { kind: 'map' },
        'eu.deploy': { kind: 'subworkflow', child: 0 },
        both: { kind: 'map', child: 0 },
      },
    },
  );
  const { scheduler } = playRun(plan, { build: 'neverEnds' });
  expect(`\n${textOf(scheduler).split('```')[1]}`).toMatchInlineSnapshot(`
    "
    text
    • build ─┐                       ┌─ ○ both[](child)
             │  ╭ eu ┄┄┄┄┄┄┄┄┄┄┄┄┄╮  │
             ├─── ○ smoke[] ─────────┘
             └─── ○ deploy(child) ┆
                ╰┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄╯
    "
  `);
});

/** With the spaces at which no line breaks as plain ones. */
function textOf(scheduler: Scheduler): string {
  return renderRunDetails(scheduler).replaceAll('\u00a0', ' ');
}

function headline(scheduler: Scheduler): string | undefined {
  return textOf(scheduler).split('\n')[0];
}

/** The rows of the table below its head. */
function rows(scheduler: Scheduler): string[] {
  return textOf(scheduler)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);
}
