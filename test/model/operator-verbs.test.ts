import { describe, expect, test } from 'vitest';
import type { Verb } from '../../src/core/order.js';
import type { NodeKind } from '../../src/core/plan.js';
import { planOf } from './arbitrary-plan.js';
import { Lockstep } from './lockstep.js';
import { orderOf } from './orders.js';

/**
 * The table of docs/semantics.md: the state of a node after the verb, or `-` where that is refused. What is dispatched anew is `running`,
 * and what is kept leaves the state as it is.
 */
const TABLE = `
            pending   running   unserved  waiting   held      settled
  retry     -         running   running   -         running   -
  skip      skipped   skipped   skipped   skipped   skipped   -
  complete  succeeded succeeded succeeded succeeded succeeded -
  fail      failed    failed    failed    failed    failed    -
  cancel    cancelled running   cancelled cancelled cancelled -
  approve   pending   running   waiting   succeeded -         -
  reject    pending   running   waiting   failed    -         -
  send      pending   running   waiting   succeeded -         -
`;

const KINDS: Readonly<Record<string, NodeKind>> = { approve: 'approval', reject: 'approval', send: 'event' };

describe('the table of verbs and states', () => {
  const [states = [], ...rows] = TABLE.trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/));
  const cells = rows.flatMap(([verb = '', ...row]) =>
    row.map((after, n) => ({ verb: verb as Verb, state: states[n] ?? '', after })),
  );

  test('has a cell for each verb on a node, and each state', () => {
    expect(cells).toHaveLength(8 * 6);
  });

  test.for(cells)('$verb on $state: $after', ({ verb, state, after }) => {
    const run = inState(state, KINDS[verb] ?? (state === 'waiting' ? 'approval' : 'task'));
    const order = orderOf(verb, 'node');
    expect(run.refuses(order)).toBe(after === '-');
    if (after === '-') return;
    run.apply({ at: 9_000, kind: 'ordered', order, by: { id: '1', actor: 'ann', reason: 'for the table' } });
    expect(run.scheduler.tasks[1]?.state).toBe(after);
    expect(run.scheduler.audit).toHaveLength(1);
  });
});

/** A run in which the second of three nodes is in the state, and the third keeps the run open. */
function inState(state: string, kind: NodeKind): Lockstep {
  const isWait = kind !== 'task';
  const run = new Lockstep(
    planOf(
      { first: [], node: ['first'], last: [] },
      { onFailure: 'hold', kinds: { node: { kind, ...(isWait && { asks: true, wait: {} }) } } },
    ),
  );
  run.apply({ at: 0, kind: 'runStarted' });
  if (state === 'pending') return run;
  run.apply({ at: 1, kind: 'taskSucceeded', task: 0, dispatch: 1, attempts: 1, output: null });
  const report = { at: 2, task: 1, dispatch: 1, attempts: 1 };
  if (state === 'unserved') run.apply({ ...report, kind: 'taskUnserved', reason: 'no worker', attempts: 0 });
  if (state === 'waiting') run.apply({ ...report, kind: 'taskSucceeded', output: true });
  if (state === 'held') run.apply({ ...report, kind: 'taskFailed', error: { type: 'Error', message: 'failed' } });
  if (state === 'settled') run.apply({ ...report, kind: 'taskSkipped' });
  return run;
}

describe('an order', () => {
  test.for(['retry', 'skip', 'complete', 'fail', 'cancel'] as const)('to %s can name an item of a map', (verb) => {
    const run = new Lockstep(planOf({ smoke: [], last: [] }, { kinds: { smoke: { kind: 'map', map: {} } } }));
    run.apply({ at: 0, kind: 'runStarted' });
    expect(run.refuses(orderOf(verb, 'smoke[0]'))).toBe(true); // not before there are items
    run.apply({ at: 1, kind: 'taskSucceeded', task: 0, dispatch: 1, attempts: 1, output: ['eu', 'us'] });
    expect(run.refuses(orderOf(verb, 'smoke[1]'))).toBe(false);
    expect(run.refuses(orderOf(verb, 'smoke[2]'))).toBe(true);
    expect(run.refuses(orderOf(verb, 'last[0]'))).toBe(true);
    expect(run.refuses(orderOf(verb, 'smoke['))).toBe(true);
    expect(run.refuses(orderOf(verb, 'nothing'))).toBe(true);
  });

  test('to pause is refused in a paused run, to resume in one that is not', () => {
    const run = new Lockstep(planOf({ only: [] }));
    run.apply({ at: 0, kind: 'runStarted' });
    expect(run.refuses({ verb: 'resume' })).toBe(true);
    run.apply({ at: 1, kind: 'ordered', order: { verb: 'pause' }, by: { id: '1', actor: 'ann' } });
    expect(run.refuses({ verb: 'pause' })).toBe(true);
    expect(run.refuses({ verb: 'resume' })).toBe(false);
  });

  test('to decide a second time is refused, while the first decision is kept', () => {
    const run = inState('pending', 'approval');
    run.apply({ at: 1, kind: 'ordered', order: orderOf('approve', 'node'), by: { id: '1', actor: 'ann' } });
    expect(run.refuses(orderOf('approve', 'node'))).toBe(true);
    expect(run.refuses(orderOf('reject', 'node'))).toBe(true);
  });
});
