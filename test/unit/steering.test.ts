import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Order, Verb } from '../../src/core/order.js';
import type { Scheduler } from '../../src/core/scheduler.js';
import { refuseOrder } from '../../src/core/steering.js';
import type { NodeKindSettings } from '../model/arbitrary-kinds.js';
import { type PlanSettings, planOf } from '../model/arbitrary-plan.js';
import { giveOrder } from '../support/give-order.js';
import { type Outcome, playRun, START } from '../support/played-run.js';

type TaskVerb = Exclude<Verb, 'pause' | 'resume'>;

/** The table in docs/semantics.md: what a verb does to a node, by the node's state. */
interface Cell {
  readonly verb: TaskVerb;
  readonly state: string;
  readonly says: string;
}

const CELLS = readTable(readFileSync(new URL('../../docs/semantics.md', import.meta.url), 'utf8'));

/** A run in which the node `it` is in a state, and another one runs on. */
const SITUATIONS: Readonly<Record<string, (kind: NodeKindSettings) => Scheduler>> = {
  pending: (kind) => runWith({ it: ['other'] }, kind),
  running: (kind) => runWith({ it: [] }, asking(kind), { it: 'neverEnds' }),
  'waiting for a worker': (kind) => {
    const scheduler = runWith({ it: [] }, asking(kind), { it: 'neverEnds' });
    scheduler.apply({ kind: 'taskUnserved', task: 1, dispatch: 1, reason: 'no handler', attempts: 0, at: START });
    return scheduler;
  },
  'waiting for a decision, value or time': (kind) =>
    runWith({ it: [] }, kind.kind === undefined ? { kind: 'sleep', wait: { duration: 1 } } : kind),
  held: (kind) => {
    const wait = { ...kind, wait: { timeout: 1_000 } };
    if (kind.kind === undefined) return runWith({ it: [] }, kind, { it: 'fails' });
    const scheduler = runWith({ it: [] }, wait);
    scheduler.apply({ kind: 'timerElapsed', task: 1, dispatch: 1, at: START + 1_000 });
    return scheduler;
  },
  settled: (kind) => {
    const scheduler = runWith({ it: [] }, kind);
    if (kind.kind !== undefined) giveOrder(scheduler, { verb: 'complete', task: 'it', output: 1 });
    return scheduler;
  },
};

describe('the table of verbs', () => {
  test('has a cell for each verb and state', () => {
    expect(CELLS).toHaveLength(8 * Object.keys(SITUATIONS).length);
  });

  test.for(CELLS.map((cell) => [cell.verb, cell.state, cell.says, cell] as const))(
    '%s, %s: %s',
    ([verb, , says, cell]) => {
      const scheduler = situationOf(cell);
      const order = orderOf(verb);
      if (says === '—') expect(refuseOrder(scheduler, order)).toEqual(expect.any(String));
      else {
        expect(refuseOrder(scheduler, order)).toBeUndefined();
        const before = {
          state: scheduler.unit({ task: 1 }).state,
          dispatch: scheduler.unit({ task: 1 }).dispatchCount,
        };
        giveOrder(scheduler, order);
        expectEffect(scheduler, says, verb, before);
      }
    },
  );
});

describe('an order', () => {
  const running = () => runWith({ it: [] }, {}, { it: 'neverEnds' });

  test('for a task that does not exist is refused', () => {
    expect(refuseOrder(running(), { verb: 'skip', task: 'nope' })).toBe("there is no task 'nope' in this run");
  });

  test('for the wrong kind of wait is refused', () => {
    const scheduler = runWith({ it: [] }, { kind: 'approval' });
    expect(refuseOrder(scheduler, { verb: 'send', task: 'it', value: 1 })).toContain('not an event');
    expect(refuseOrder(scheduler, { verb: 'approve', task: 'other' })).toContain('not an approval');
  });

  test('for an item of what is no map is refused', () => {
    expect(refuseOrder(running(), { verb: 'skip', task: 'it[0]' })).toBe("'it' is a task, not a map: it has no items");
  });

  test('for an item is refused before the items are known', () => {
    const scheduler = runWith({ it: [] }, { kind: 'map' }, { it: 'neverEnds' });
    expect(refuseOrder(scheduler, { verb: 'skip', task: 'it[0]' })).toBe("the items of 'it' are not known yet");
  });

  test('for an item that does not exist is refused, with those that do', () => {
    const scheduler = runWith({ it: [] }, { kind: 'map' }, { it: { output: [1, 2] }, 'it[0]': 'neverEnds' });
    expect(refuseOrder(scheduler, { verb: 'skip', task: 'it[2]' })).toBe("'it' has the items it[0] to it[1]");
  });

  test('for an item works as for a task', () => {
    const scheduler = runWith({ it: [] }, { kind: 'map' }, { it: { output: [1, 2] }, 'it[0]': 'neverEnds' });
    expect(refuseOrder(scheduler, { verb: 'skip', task: 'it[0]' })).toBeUndefined();
    expect(refuseOrder(scheduler, { verb: 'skip', task: 'it[1]' })).toBe("'it[1]' is succeeded already");
  });

  test('for an item in a shard is refused, with the child workflow that has it', () => {
    const items = Array.from({ length: 1_500 }, (_, i) => i);
    const scheduler = runWith({ it: [] }, { kind: 'map' }, { it: { output: items }, 'it[1000..1499]': 'neverEnds' });
    expect(refuseOrder(scheduler, { verb: 'skip', task: 'it[1200]' })).toContain('it[1000..1499]');
  });

  test.for(['skip', 'complete', 'fail'] as const)('to %s a resource that is being created is refused', (verb) => {
    const scheduler = runWith({ it: [] }, { kind: 'resource' }, { it: 'neverEnds' });
    const order = verb === 'fail' ? { verb, task: 'it', message: 'no' } : { verb, task: 'it' };
    expect(refuseOrder(scheduler, order)).toBe(
      "'it' is being created: cancel it, so that what has been created by then is destroyed",
    );
    // Not where nothing can be made: no worker has taken it.
    scheduler.apply({ kind: 'taskUnserved', task: 1, dispatch: 1, reason: 'no handler', attempts: 0, at: START });
    expect(refuseOrder(scheduler, order)).toBeUndefined();
  });

  test('to cancel a resource that is being created lets what was made be destroyed', () => {
    const scheduler = runWith({ it: [] }, { kind: 'resource' }, { it: 'neverEnds' });
    giveOrder(scheduler, { verb: 'cancel', task: 'it' });
    scheduler.apply({ kind: 'taskSucceeded', task: 1, dispatch: 1, output: 'a database', attempts: 1, at: START });
    expect(scheduler.undoOf(1)).toMatchObject({ state: 'running' });
  });

  test('to retry a map whose items run is refused', () => {
    const scheduler = runWith({ it: [] }, { kind: 'map' }, { it: { output: [1] }, 'it[0]': 'neverEnds' });
    expect(refuseOrder(scheduler, { verb: 'retry', task: 'it' })).toContain("the items of 'it' run");
  });

  test('to retry is refused in a run that was cancelled', () => {
    const scheduler = running();
    scheduler.apply({ kind: 'runCancelRequested', at: START });
    expect(refuseOrder(scheduler, { verb: 'retry', task: 'it' })).toContain('the run was stopped');
  });

  test('to cancel what was asked to stop already is refused', () => {
    const scheduler = running();
    giveOrder(scheduler, { verb: 'cancel', task: 'it' });
    expect(refuseOrder(scheduler, { verb: 'cancel', task: 'it' })).toBe("'it' was asked to stop already");
  });

  test('with a second decision is refused', () => {
    const scheduler = runWith({ it: ['other'] }, { kind: 'approval' });
    giveOrder(scheduler, { verb: 'reject', task: 'it' });
    expect(refuseOrder(scheduler, { verb: 'approve', task: 'it' })).toBe("'it' was given its decision already");
  });

  test('for the node at the end is refused', () => {
    const scheduler = runWith({ it: [] }, {}, { it: 'neverEnds' }, { finish: true });
    expect(refuseOrder(scheduler, { verb: 'skip', task: 'finish' })).toContain('by itself');
  });

  test.for(['it:compensate', 'it:destroy'])('for what undoes a task, %s, is refused', (task) => {
    expect(refuseOrder(running(), { verb: 'skip', task })).toContain('there is no task');
  });
});

describe('a pause', () => {
  test('is refused in a paused run, and a resume in one that is not', () => {
    const scheduler = runWith({ it: [] }, {}, { it: 'neverEnds' });
    expect(refuseOrder(scheduler, { verb: 'resume' })).toBe('the run is not paused');
    giveOrder(scheduler, { verb: 'pause' });
    expect(refuseOrder(scheduler, { verb: 'pause' })).toBe('the run is paused already');
    expect(refuseOrder(scheduler, { verb: 'resume' })).toBeUndefined();
  });

  test('is possible when all nodes are settled and compensations run', () => {
    const plan = planOf({ a: [], b: ['a'] }, { kinds: { a: { compensate: true } } });
    const { scheduler } = playRun(plan, { b: 'fails', 'a:compensate': 'neverEnds' });
    expect(refuseOrder(scheduler, { verb: 'pause' })).toBeUndefined();
    expect(refuseOrder(scheduler, { verb: 'retry', task: 'b' })).toBe("'b' is failed already");
  });

  test('is refused when the run has ended', () => {
    const { scheduler } = playRun(planOf({ a: [] }));
    expect(refuseOrder(scheduler, { verb: 'pause' })).toBe('the run has ended');
  });
});

function readTable(docs: string): Cell[] {
  const [head = '', , ...rows] = /\| verb +\|.*\n(?:\|.*\n)+/.exec(docs)?.[0].trim().split('\n') ?? [];
  const [, ...states] = cellsOf(head);
  return rows.flatMap((row) => {
    const [verbs = '', ...cells] = cellsOf(row);
    const named = [...verbs.replace(/\(.*\)/, '').matchAll(/\w+/g)].map(([verb]) => verb as TaskVerb); // the docs name no other
    return named.flatMap((verb) => cells.map((says, i): Cell => ({ verb, state: states[i] ?? '', says })));
  });
}

function cellsOf(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''));
}

function situationOf({ verb, state }: Cell): Scheduler {
  const kind = verb === 'send' ? 'event' : verb === 'approve' || verb === 'reject' ? 'approval' : undefined;
  const situation = SITUATIONS[state.replace(/^settled.*/, 'settled')];
  if (situation === undefined) throw new RangeError(`the docs have a state '${state}' that no test arranges`);
  return situation(kind === undefined ? {} : { kind });
}

/** A wait runs while its `when` is asked. */
function asking(kind: NodeKindSettings): NodeKindSettings {
  return kind.kind === undefined ? kind : { ...kind, asks: true };
}

function runWith(
  edges: { readonly it: readonly string[] },
  kind: NodeKindSettings,
  outcomes: Readonly<Record<string, Outcome>> = {},
  settings: PlanSettings = {},
): Scheduler {
  const plan = planOf({ other: [], ...edges }, { onFailure: 'hold', kinds: { it: kind }, ...settings });
  return playRun(plan, { other: 'neverEnds', ...outcomes }).scheduler;
}

function orderOf(verb: TaskVerb): Order {
  switch (verb) {
    case 'send':
      return { verb, task: 'it', value: 1 };
    case 'complete':
      return { verb, task: 'it', output: 1 };
    case 'fail':
      return { verb, task: 'it', message: 'no' };
    default:
      return { verb, task: 'it' };
  }
}

function expectEffect(
  scheduler: Scheduler,
  says: string,
  verb: TaskVerb,
  before: { readonly state: string; readonly dispatch: number },
): void {
  const unit = scheduler.unit({ task: 1 });
  const words = says
    .replace(/ ?[¹²³]/, '')
    .replace(/ \(.*\)/, '')
    .replace(/, .*/, '');
  switch (words) {
    case 'dispatched anew':
    case 'dispatched now':
      expect(unit).toMatchObject({ state: 'running', dispatchCount: before.dispatch + 1 });
      break;
    case 'asked to stop':
      expect(unit).toMatchObject({ state: 'running', cancelRequest: { kind: 'operator' } });
      break;
    case 'kept':
      expect(scheduler.hasKept(1)).toBe(true);
      expect(unit.state).toBe(before.state);
      break;
    case 'decided':
    case 'taken':
      expect(unit.state).toBe(verb === 'reject' ? 'failed' : 'succeeded');
      break;
    default:
      expect(unit.state).toBe(words);
  }
}
