import { describe, expect, test } from 'vitest';
import type { TaskError } from '../../src/core/cause.js';
import type { SchedulerCommand } from '../../src/core/command.js';
import { type Report, withTime } from '../../src/core/event.js';
import type { Plan } from '../../src/core/plan.js';
import { PROTOCOL } from '../../src/core/protocol.js';
import { Scheduler } from '../../src/core/scheduler.js';
import { readTasks, takeSnapshot, type WireSnapshot } from '../../src/core/snapshot.js';
import { planOf } from '../model/arbitrary-plan.js';
import { giveOrder } from '../support/give-order.js';
import { playRun, START } from '../support/played-run.js';

const MIB = 1024 * 1024;

describe('a snapshot, read after its way through JSON', () => {
  test('tells of every task what the scheduler knows', () => {
    const plan = planOf({ build: [], unit: ['build'], scan: ['build'], docs: ['build'], deploy: ['unit', 'scan'] });
    const scheduler = started(plan);
    apply(scheduler, 5, { kind: 'taskSucceeded', task: 0, dispatch: 1, output: 'image', attempts: 1 });
    apply(scheduler, 7, { kind: 'taskFailed', task: 1, dispatch: 1, error: errorOf('no such test'), attempts: 3 });
    apply(scheduler, 8, { kind: 'taskUnserved', task: 2, dispatch: 1, reason: 'no worker has scan', attempts: 0 });

    const tasks = readTasks(sent(takeSnapshot(scheduler, START)));

    expect(tasks).toEqual([
      task(0, 'build', { state: 'succeeded', scheduledAt: START, settledAt: START + 5, output: { bytes: 7 } }),
      task(1, 'unit', {
        state: 'failed',
        needs: [0],
        attempts: 3,
        scheduledAt: START + 5,
        settledAt: START + 7,
        cause: { kind: 'error', error: errorOf('no such test') },
      }),
      task(2, 'scan', {
        state: 'waiting',
        needs: [0],
        attempts: 0,
        scheduledAt: START + 5,
        until: START + 1_008,
        cause: { kind: 'unserved', reason: 'no worker has scan' },
      }),
      task(3, 'docs', { state: 'running', needs: [0], attempts: expect.any(Number), scheduledAt: START + 5 }),
      task(4, 'deploy', {
        state: 'upstream_failed',
        needs: [1, 2],
        attempts: 0,
        settledAt: START + 7,
        cause: { kind: 'upstream', root: 1, from: 1 },
      }),
    ]);
  });

  test('tells a skip from a failure, and why a task was skipped', () => {
    const plan = planOf(
      { build: [], scan: [], report: ['scan'], mail: ['report'], page: ['build'] },
      { rules: { page: { trigger: 'one_failed' } } },
    );
    const scheduler = started(plan);
    apply(scheduler, 5, { kind: 'taskSkipped', task: 1, dispatch: 1, attempts: 1 });
    apply(scheduler, 7, { kind: 'taskSucceeded', task: 0, dispatch: 1, output: 'image', attempts: 1 });

    expect(readTasks(sent(takeSnapshot(scheduler, START))).slice(1)).toEqual([
      task(1, 'scan', { state: 'skipped', scheduledAt: START, settledAt: START + 5, cause: { kind: 'condition' } }),
      task(2, 'report', {
        state: 'skipped',
        needs: [1],
        attempts: 0,
        settledAt: START + 5,
        cause: { kind: 'upstreamSkipped', root: 1, from: 1 },
      }),
      task(3, 'mail', {
        state: 'skipped',
        needs: [2],
        attempts: 0,
        settledAt: START + 5,
        cause: { kind: 'upstreamSkipped', root: 1, from: 2 },
      }),
      task(4, 'page', {
        state: 'skipped',
        needs: [0],
        attempts: 0,
        settledAt: START + 7,
        cause: { kind: 'trigger', rule: 'one_failed' },
      }),
    ]);
  });

  test('stands alone: it names the workflow, the plan, the protocol and the start', () => {
    const snapshot = sent(takeSnapshot(started(planOf({ build: [] })), START));
    expect(snapshot).toMatchObject({ workflow: 'model', planHash: 'hash-of-the-model', protocol: PROTOCOL });
    expect(snapshot.startedAt).toBe(START);
  });

  test('has an outcome once the run has ended', () => {
    const scheduler = started(planOf({ build: [] }));
    expect(sent(takeSnapshot(scheduler, START))).not.toHaveProperty('outcome');
    apply(scheduler, 5, { kind: 'taskSucceeded', task: 0, dispatch: 1, output: null, attempts: 1 });
    expect(sent(takeSnapshot(scheduler, START)).outcome).toBe('completed');
  });

  test('keeps titles', () => {
    const plan = planOf({ build: [], unit: ['build'] });
    const titled = { ...plan, tasks: plan.tasks.map((planned) => ({ ...planned, title: `Do ${planned.id}` })) };
    expect(readTasks(sent(takeSnapshot(started(titled), START))).map(({ title }) => title)).toEqual([
      'Do build',
      'Do unit',
    ]);
  });

  test('says before the start that everything is pending, without times', () => {
    const tasks = readTasks(sent(takeSnapshot(new Scheduler(planOf({ build: [], unit: ['build'] })), START)));
    expect(tasks).toEqual([
      task(0, 'build', { state: 'pending', attempts: 0 }),
      task(1, 'unit', { state: 'pending', attempts: 0, needs: [0] }),
    ]);
  });

  test('of a run without tasks has none', () => {
    expect(readTasks(sent(takeSnapshot(started(planOf({})), START)))).toEqual([]);
  });

  test('refuses a state that only a newer version knows', () => {
    const snapshot = sent(takeSnapshot(started(planOf({ build: [] })), START));
    expect(() => readTasks({ ...snapshot, states: '?' })).toThrow(/newer/);
  });
});

describe('a snapshot of nodes of other kinds', () => {
  test('tells the kinds', () => {
    const kinds = { smoke: { kind: 'map' }, gate: { kind: 'approval' } } as const;
    const { scheduler } = playRun(planOf({ build: [], smoke: [], gate: [] }, { kinds }));
    expect(readTasks(sent(takeSnapshot(scheduler, START))).map(({ kind }) => kind)).toEqual([
      'task',
      'map',
      'approval',
    ]);
  });

  test('tells until when something waits', () => {
    const { scheduler } = playRun(
      planOf({ nap: [] }, { kinds: { nap: { kind: 'sleep', wait: { duration: 9_000 } } } }),
    );
    expect(readTasks(sent(takeSnapshot(scheduler, START)))).toMatchObject([{ state: 'waiting', until: START + 9_000 }]);
  });

  test.for([
    ['counted', undefined],
    ['listed', 3],
    [{ items: 'smoke', from: 1, limit: 2 }, 2],
    [{ items: 'other', from: 0, limit: 2 }, undefined],
  ] as const)('counts the items of maps, and lists as many as were asked for: %o', ([asked, listed]) => {
    const plan = planOf({ smoke: [] }, { kinds: { smoke: { kind: 'map', map: { tolerate: { count: 1 } } } } });
    const { scheduler } = playRun(plan, { smoke: { output: [1, 2, 3] }, 'smoke[1]': 'fails' });
    const [task] = readTasks(sent(takeSnapshot(scheduler, START, asked)));
    expect(task?.items).toMatchObject({ total: 3, counts: { s: 2, f: 1 } });
    expect(task?.items?.items?.[0]?.states.length).toBe(listed);
  });

  test('tells how far compensations are', () => {
    const plan = planOf({ book: [], ship: ['book'] }, { kinds: { book: { compensate: true } } });
    const { scheduler } = playRun(plan, { ship: 'fails', 'book:compensate': 'fails' });
    const [book, ship] = readTasks(sent(takeSnapshot(scheduler, START)));
    expect(book?.undo).toMatchObject({
      state: 'failed',
      attempts: 3,
      cause: { error: { message: 'book:compensate broke' } },
    });
    expect(ship?.undo).toBeUndefined();
  });

  test('tells of a pause, and of the orders', () => {
    const { scheduler } = playRun(planOf({ gate: [] }, { kinds: { gate: { kind: 'approval' } } }));
    giveOrder(scheduler, { verb: 'pause' }, { id: 'u1', actor: 'anna' });
    const order = { id: 'u1', actor: 'anna', verb: 'pause', at: START + 30_000 };
    expect(sent(takeSnapshot(scheduler, START))).toMatchObject({ isPaused: true, audit: [order] });
  });

  test('says nothing of what a plain run has not', () => {
    const snapshot = sent(takeSnapshot(started(planOf({ build: [] })), START));
    for (const field of ['kinds', 'maps', 'undo', 'isPaused', 'audit']) expect(snapshot).not.toHaveProperty(field);
  });
});

describe('the errors in a snapshot', () => {
  test('are whole when they are few and short', () => {
    const error = { ...errorOf('line one\nline two'), stack: stackOf('Error: line one', 10) };
    expect(causeOfFailure(error)).toEqual({ kind: 'error', error });
  });

  test('are cut when one is very long, and say so', () => {
    const cause = causeOfFailure({ ...errorOf('m'.repeat(1_000_000)), stack: 's'.repeat(1_000_000) });
    expect(JSON.stringify(cause).length).toBeLessThan(10_000);
    expect(cause).toMatchObject({ error: { message: expect.stringMatching(/^mmm.*more characters/) } });
  });

  function causeOfFailure(error: TaskError) {
    const scheduler = started(planOf({ build: [] }));
    apply(scheduler, 1, { kind: 'taskFailed', task: 0, dispatch: 1, error, attempts: 3 });
    return readTasks(sent(takeSnapshot(scheduler, START)))[0]?.cause;
  }
});

describe('the snapshot of 10,000 tasks stays under 1 MiB', () => {
  const longError = (task: number): TaskError => {
    const message = `shard ${task} could not be read: expected 200, got 503 from the store\nresponse: "try later"`;
    return { type: 'ShardUnreadableError', message, stack: stackOf(`ShardUnreadableError: ${message}`, 60) };
  };

  test('when everything succeeds, with 30,000 edges', () => {
    expect(bytesOf(played(wide(), () => undefined))).toBeLessThan(MIB);
  });

  test('when every tenth task fails, each with a long stack', () => {
    const scheduler = played(fan(), (task) => (task % 10 === 9 ? longError(task) : undefined));
    expect(scheduler.counts.failed).toBe(1_000);
    expect(bytesOf(scheduler)).toBeLessThan(MIB);
  });

  test('when the first fails and all others with it, with 30,000 edges', () => {
    const scheduler = played(wide(), (task) => (task === 0 ? longError(task) : undefined));
    expect(scheduler.counts.upstream_failed).toBe(9_999);
    expect(bytesOf(scheduler)).toBeLessThan(MIB);
  });

  test('when every task but the first fails', () => {
    const scheduler = played(fan(), (task) => (task > 0 ? longError(task) : undefined));
    expect(scheduler.counts.failed).toBe(9_999);
    expect(bytesOf(scheduler)).toBeLessThan(MIB);
  });

  test('when the errors are in a script of three bytes a letter', () => {
    const error = { type: 'Error', message: '失敗'.repeat(60), stack: '失敗'.repeat(5_000) };
    const scheduler = played(fan(), (task) => (task % 10 === 9 ? error : undefined));
    expect(bytesOf(scheduler)).toBeLessThan(MIB);
  });

  test('when the first is skipped and all others with it, with 30,000 edges', () => {
    const scheduler = started(wide());
    apply(scheduler, 60_000, { kind: 'taskSkipped', task: 0, dispatch: 1, attempts: 1 });
    expect(scheduler.counts.skipped).toBe(10_000);
    expect(bytesOf(scheduler)).toBeLessThan(MIB);
  });

  test('when each but the first is skipped by its own condition', () => {
    const scheduler = started({ ...fan(), maxConcurrentTasks: 10_000 });
    apply(scheduler, 60_000, { kind: 'taskSucceeded', task: 0, dispatch: 1, output: null, attempts: 1 });
    for (let task = 1; task < 10_000; task++) {
      apply(scheduler, 60_000 * task, { kind: 'taskSkipped', task, dispatch: 1, attempts: 1 });
    }
    expect(scheduler.counts.skipped).toBe(9_999);
    expect(bytesOf(scheduler)).toBeLessThan(MIB);
  });

  test('when each but the first waits for a failure that does not come', () => {
    const plan = fan();
    const tasks = plan.tasks.map((planned, i) => (i === 0 ? planned : { ...planned, trigger: 'one_failed' as const }));
    const scheduler = played({ ...plan, tasks }, () => undefined);
    expect(scheduler.counts.skipped).toBe(9_999);
    expect(bytesOf(scheduler)).toBeLessThan(MIB);
  });

  test('when no worker serves any of a thousand', () => {
    const scheduler = started({ ...fan(), maxConcurrentTasks: 1_000 });
    apply(scheduler, 1, { kind: 'taskSucceeded', task: 0, dispatch: 1, output: null, attempts: 1 });
    const reason = `this worker has no handler 'fan.task'; it serves ${'other.task, '.repeat(50)}`;
    for (let task = 1; task <= 1_000; task++) {
      apply(scheduler, 2, { kind: 'taskUnserved', task, dispatch: 1, reason, attempts: 0 });
    }
    expect(bytesOf(scheduler)).toBeLessThan(MIB);
  });
});

/** One task, then layers of 100 with three needs each: all depend on the first. */
function wide(): Plan {
  return planFrom((i) => {
    const layer = Math.floor((i - 1) / 100);
    return layer === 0 ? [0] : [0, 1, 2].map((n) => 1 + (layer - 1) * 100 + ((i + n) % 100));
  });
}

function fan(): Plan {
  return planFrom(() => [0]);
}

function planFrom(needsOf: (index: number) => readonly number[]): Plan {
  const id = (index: number) => `shard-${index}-of-the-import`;
  return planOf(
    Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [id(i), i === 0 ? [] : needsOf(i).map(id)])),
    { outputs: {} },
  );
}

/** Takes a run to its end, in the order of dispatch; a task takes a minute. */
function played(plan: Plan, errorOfTask: (task: number) => TaskError | undefined): Scheduler {
  const scheduler = new Scheduler(plan);
  const open: SchedulerCommand[] = [...scheduler.apply({ at: START, kind: 'runStarted' })];
  for (let i = 0; i < open.length; i++) {
    const command = open[i];
    if (command?.kind !== 'startTask') continue;
    const { task, dispatch } = command;
    const error = errorOfTask(task);
    const report = { at: START + (i + 1) * 60_000, task, dispatch, attempts: 3 };
    open.push(
      ...scheduler.apply(
        error === undefined
          ? { ...report, kind: 'taskSucceeded', output: task }
          : { ...report, kind: 'taskFailed', error },
      ),
    );
  }
  return scheduler;
}

function started(plan: Plan): Scheduler {
  const scheduler = new Scheduler(plan);
  scheduler.apply({ at: START, kind: 'runStarted' });
  return scheduler;
}

function apply(scheduler: Scheduler, after: number, event: Report): void {
  scheduler.apply(withTime(event, START + after));
}

function task(index: number, id: string, differing: object) {
  return {
    index,
    id,
    title: undefined,
    kind: 'task',
    needs: [],
    attempts: 1,
    scheduledAt: undefined,
    settledAt: undefined,
    cause: undefined,
    until: undefined,
    output: undefined,
    cached: undefined,
    items: undefined,
    undo: undefined,
    ...differing,
  };
}

function errorOf(message: string): TaskError {
  return { type: 'Error', message };
}

function stackOf(head: string, frames: number): string {
  const frame = (n: number) =>
    `    at readShard${n} (file:///srv/app/node_modules/@acme/import/dist/read-shard.js:${n}:17)`;
  return [head, ...Array.from({ length: frames }, (_, n) => frame(n))].join('\n');
}

function sent(snapshot: WireSnapshot): WireSnapshot {
  return JSON.parse(JSON.stringify(snapshot));
}

function bytesOf(scheduler: Scheduler): number {
  return Buffer.byteLength(JSON.stringify(takeSnapshot(scheduler, START)));
}
