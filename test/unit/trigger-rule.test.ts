import { describe, expect, test } from 'vitest';
import {
  type NeedMode,
  type NeedOutcome,
  NeedTally,
  TRIGGER_RULES,
  type TriggerDecision,
  type TriggerRule,
} from '../../src/core/trigger-rule.js';

/**
 * What Airflow's rules say of up to three needs, in any order: `up` is upstream_failed, `.` waits. An allowed failure is a failure to all rules
 * but none_failed; a skip of the task itself waits until every need is settled.
 */
const TRUTH_TABLE = `
  needs                          all_success   none_failed   all_done      one_success   one_failed    all_failed    none_skipped
  succeeded                      run           run           run           run           skip          skip          run
  failed                         up            up            run           up            run           run           run
  allowed                        up            run           run           up            run           run           run
  skipped                        skip          run           run           skip          skip          skip          skip
  pending                        .             .             .             .             .             .             .
  succeeded succeeded            run           run           run           run           skip          skip          run
  succeeded failed               up            up            run           run           run           skip          run
  succeeded allowed              up            run           run           run           run           skip          run
  succeeded skipped              skip          run           run           run           skip          skip          skip
  succeeded pending              .             .             .             run           .             .             .
  failed failed                  up            up            run           up            run           run           run
  failed allowed                 up            up            run           up            run           run           run
  failed skipped                 up            up            run           up            run           skip          skip
  failed pending                 up            up            .             .             run           .             .
  allowed allowed                up            run           run           up            run           run           run
  allowed skipped                up            run           run           up            run           skip          skip
  allowed pending                up            .             .             .             run           .             .
  skipped skipped                skip          run           run           skip          skip          skip          skip
  skipped pending                .             .             .             .             .             .             .
  pending pending                .             .             .             .             .             .             .
  succeeded succeeded succeeded  run           run           run           run           skip          skip          run
  succeeded succeeded failed     up            up            run           run           run           skip          run
  succeeded succeeded allowed    up            run           run           run           run           skip          run
  succeeded succeeded skipped    skip          run           run           run           skip          skip          skip
  succeeded succeeded pending    .             .             .             run           .             .             .
  succeeded failed failed        up            up            run           run           run           skip          run
  succeeded failed allowed       up            up            run           run           run           skip          run
  succeeded failed skipped       up            up            run           run           run           skip          skip
  succeeded failed pending       up            up            .             run           run           .             .
  succeeded allowed allowed      up            run           run           run           run           skip          run
  succeeded allowed skipped      up            run           run           run           run           skip          skip
  succeeded allowed pending      up            .             .             run           run           .             .
  succeeded skipped skipped      skip          run           run           run           skip          skip          skip
  succeeded skipped pending      .             .             .             run           .             .             .
  succeeded pending pending      .             .             .             run           .             .             .
  failed failed failed           up            up            run           up            run           run           run
  failed failed allowed          up            up            run           up            run           run           run
  failed failed skipped          up            up            run           up            run           skip          skip
  failed failed pending          up            up            .             .             run           .             .
  failed allowed allowed         up            up            run           up            run           run           run
  failed allowed skipped         up            up            run           up            run           skip          skip
  failed allowed pending         up            up            .             .             run           .             .
  failed skipped skipped         up            up            run           up            run           skip          skip
  failed skipped pending         up            up            .             .             run           .             .
  failed pending pending         up            up            .             .             run           .             .
  allowed allowed allowed        up            run           run           up            run           run           run
  allowed allowed skipped        up            run           run           up            run           skip          skip
  allowed allowed pending        up            .             .             .             run           .             .
  allowed skipped skipped        up            run           run           up            run           skip          skip
  allowed skipped pending        up            .             .             .             run           .             .
  allowed pending pending        up            .             .             .             run           .             .
  skipped skipped skipped        skip          run           run           skip          skip          skip          skip
  skipped skipped pending        .             .             .             .             .             .             .
  skipped pending pending        .             .             .             .             .             .             .
  pending pending pending        .             .             .             .             .             .             .
`;

/** What a need must have done under the default rule, alone and beside a plain need that has ended in some way. */
const MODES_TABLE = `
  need                 alone    with succeeded  with skipped  with failed  with pending
  plain succeeded      run      run             skip          up           .
  plain skipped        skip     skip            skip          up           .
  plain allowed        up       up              up            up           up
  plain failed         up       up              up            up           up
  plain pending        .        .               .             up           .
  optional succeeded   run      run             skip          up           .
  optional skipped     run      run             skip          up           .
  optional allowed     run      run             skip          up           .
  optional failed      up       up              up            up           up
  optional pending     .        .               .             up           .
  settled succeeded    run      run             skip          up           .
  settled skipped      run      run             skip          up           .
  settled allowed      run      run             skip          up           .
  settled failed       run      run             skip          up           .
  settled pending      .        .               .             up           .
`;

type End = NeedOutcome | 'pending';
type NeedEnd = readonly [mode: NeedMode, end: End];

const ENDS: Readonly<Record<string, End>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  allowed: 'allowed_failure',
  skipped: 'skipped',
  pending: 'pending',
};
const DECISIONS: Readonly<Record<string, TriggerDecision>> = {
  run: 'run',
  skip: 'skip',
  up: 'upstream_fail',
  '.': 'wait',
};

describe('the truth table', () => {
  const [header = [], ...rows] = rowsOf(TRUTH_TABLE);
  const rules = header.slice(1);

  test('has a column for each rule and a row for each multiset of up to three ends', () => {
    expect(rules).toEqual([...TRIGGER_RULES]);
    expect(new Set(rows.map(([needs]) => needs?.split(' ').sort().join(' '))).size).toBe(5 + 15 + 35);
  });

  const cells = rows.flatMap(([needs = '', ...decisions]) =>
    rules.map((rule, column) => [rule, needs, decisions[column] ?? ''] as const),
  );

  test.each(cells)('%s of %s: %s', (rule, needs, decision) => {
    const ends = needs.split(' ').map((name): NeedEnd => ['plain', known(ENDS, name)]);
    for (const order of ordersOf(ends)) expect(decide(rule as TriggerRule, order)).toBe(known(DECISIONS, decision));
  });
});

describe('under the default rule', () => {
  const [header = [], ...rows] = rowsOf(MODES_TABLE);
  const cells = rows.flatMap(([need = '', ...decisions]) =>
    header.slice(1).map((beside, column) => [need, beside, decisions[column] ?? ''] as const),
  );

  test.each(cells)('a need that is %s, %s: %s', (need, beside, decision) => {
    const [mode, end] = need.split(' ');
    const ends: NeedEnd[] = [[mode as NeedMode, known(ENDS, end ?? '')]];
    if (beside !== 'alone') ends.push(['plain', known(ENDS, beside.replace('with ', ''))]);
    for (const order of ordersOf(ends)) expect(decide('all_success', order)).toBe(known(DECISIONS, decision));
  });
});

test('the first need that failed is the one to blame, and the first that was skipped', () => {
  const tally = new NeedTally('all_done', 4);
  for (const [need, outcome] of [
    [7, 'skipped'],
    [5, 'failed'],
    [2, 'failed'],
    [1, 'skipped'],
  ] as const) {
    tally.add(need, 'plain', outcome);
  }
  expect([tally.firstFailed, tally.firstSkipped]).toEqual([5, 7]);
});

function decide(rule: TriggerRule, ends: readonly NeedEnd[]): TriggerDecision {
  const tally = new NeedTally(rule, ends.length);
  ends.forEach(([mode, end], need) => {
    if (end !== 'pending') tally.add(need, mode, end);
  });
  return tally.decide();
}

/** Columns are apart by two blanks or more. */
function rowsOf(table: string): string[][] {
  const lines = table.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.trim().split(/ {2,}/));
}

function ordersOf<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) => ordersOf(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

function known<T>(names: Readonly<Record<string, T>>, name: string): T {
  const value = names[name];
  if (value === undefined) throw new Error(`'${name}' is not in the table's words`);
  return value;
}
