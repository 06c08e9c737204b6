import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { optional, settled, workflow } from '../../src/index.js';
import { callTask } from '../support/call-task.js';
import { isoDate } from '../support/iso-date.js';
import { looseWorkflow } from '../support/loose-workflow.js';

const EPOCH = '1970-01-01T00:00:00.000Z';
const skipped = { kind: 'skipped' };

/** A node of the kind and what calls its function first, with a condition that says `answer`. */
function conditional(answer: boolean) {
  const child = workflow('child', {}, ({ task }) => void task('only', { run: () => {} }));
  const when = vi.fn((_needs: unknown, _context: unknown) => answer);
  const called = vi.fn(() => 'called');
  const definition = workflow('release', {}, (add) => {
    add.task('build', { when, run: called });
    add.resource('db', { when, create: called, destroy: called });
    add.map('smoke', { when, over: () => [called()], run: () => 1 });
    add.subworkflow('sub', child, { when, with: () => void called() });
    add.approval('go', { when });
    add.event('ready', { when, schema: z.string() });
    add.sleep('night', '8h', { when });
  });
  return { definition, when, called };
}

const FIRST_CALLS = [
  ['build', undefined],
  ['build', 'run'],
  ['db', 'run'],
  ['smoke', 'over'],
  ['sub', 'with'],
  ['go', 'when'],
  ['ready', 'when'],
  ['night', 'when'],
] as const;

describe('the condition', () => {
  test.each(FIRST_CALLS)('of %s is asked by the call %s, and its no is the answer', async (id, call) => {
    const { definition, called } = conditional(false);
    expect(await callTask(definition, id, { ...(call && { call }) })).toEqual(skipped);
    expect(called).not.toHaveBeenCalled();
  });

  test.each(FIRST_CALLS)('of %s, asked by the call %s, lets it go on with a yes', async (id, call) => {
    const { definition, when } = conditional(true);
    expect(await callTask(definition, id, { ...(call && { call }) })).toMatchObject({ kind: 'output' });
    expect(when).toHaveBeenCalledOnce();
  });

  test('is not asked of an item, nor of what undoes a task', async () => {
    const { definition, when } = conditional(false);
    expect(await callTask(definition, 'smoke', { item: { index: 0, value: 'eu' } })).toEqual(output(1));
    expect(await callTask(definition, 'db', { call: 'destroy', output: 'called' })).toEqual(output(undefined));
    expect(when).not.toHaveBeenCalled();
  });

  test('alone gives nothing', async () => {
    expect(await callTask(conditional(true).definition, 'go', { call: 'when' })).toEqual(output(undefined));
  });
});

describe('a task', () => {
  test('gets its needs and the input decoded, and its output is encoded', async () => {
    const definition = workflow('release', { input: z.object({ since: isoDate }) }, ({ task }) => {
      const stamp = task('stamp', { output: isoDate, run: () => new Date(0) });
      task('next', {
        needs: { stamp },
        output: isoDate,
        run: ({ stamp }, { input }) => new Date(stamp.getTime() + input.since.getTime() + 1),
      });
    });
    expect(await callTask(definition, 'next', { needs: { stamp: EPOCH }, input: { since: EPOCH } })).toEqual(
      output('1970-01-01T00:00:00.001Z'),
    );
  });

  test('whose output does not fit fails with the place', async () => {
    const definition = looseWorkflow((task) => {
      task('a', { output: z.object({ size: z.number() }), run: () => ({ size: 'large' }) });
      task('b', { run: () => ({ at: [new Date(0)] }) });
    });
    await expect(callTask(definition, 'a')).rejects.toMatchObject({
      failureType: 'InvalidOutput',
      message: expect.stringContaining('output.size: Invalid input'),
    });
    await expect(callTask(definition, 'b')).rejects.toThrow('output.at[0]: a Date is not JSON');
  });
});

describe('what a node gets of', () => {
  const child = workflow('child', {}, ({ task }) => ({
    at: task('only', { output: isoDate, run: () => new Date(0) }),
  }));
  const seen = vi.fn();
  const definition = workflow('release', {}, (add) => {
    const dates = add.map('dates', { over: () => [1, 2], tolerate: 1, output: isoDate, run: () => new Date(0) });
    const children = add.map('children', { over: () => [1], workflow: child, with: () => undefined });
    const sub = add.subworkflow('sub', child);
    const go = add.approval('go');
    const ready = add.event('ready', { schema: isoDate });
    const night = add.sleep('night', '8h');
    const db = add.resource('db', { output: isoDate, create: () => new Date(0), destroy: () => {} });
    add.task('use', { needs: { dates, children, sub, go, ready, night, db }, run: seen });
    add.task('careful', { needs: { dates: settled(dates), sub: optional(sub) }, run: seen });
  });
  const approval = { by: 'ada', at: EPOCH };

  test('nodes of every kind is decoded', async () => {
    const needs = {
      dates: [EPOCH, null],
      children: [{ at: EPOCH }],
      sub: { at: EPOCH },
      go: approval,
      ready: EPOCH,
      db: EPOCH,
    };
    await callTask(definition, 'use', { needs });
    expect(seen.mock.lastCall?.[0]).toEqual({
      dates: [new Date(0), undefined],
      children: [{ at: new Date(0) }],
      sub: { at: new Date(0) },
      go: approval,
      ready: new Date(0),
      night: undefined,
      db: new Date(0),
    });
  });

  test('a map as a result, and of an optional subworkflow that was skipped', async () => {
    await callTask(definition, 'careful', { needs: { dates: { status: 'succeeded', output: [null, EPOCH] } } });
    expect(seen.mock.lastCall?.[0]).toEqual({
      dates: { status: 'succeeded', output: [undefined, new Date(0)] },
      sub: undefined,
    });
  });

  test('a value that does not fit fails it, with the place', async () => {
    const needs = { dates: [EPOCH, 3], children: [], sub: {}, go: approval, ready: EPOCH, db: EPOCH };
    await expect(callTask(definition, 'use', { needs })).rejects.toMatchObject({
      failureType: 'InvalidNeeds',
      message: expect.stringMatching(/^needs\.dates\[1\]: /),
    });
  });
});

describe('a map', () => {
  const run = vi.fn((item: { region: string }, { index }: { index: number }) => `${index}: ${item.region}`);
  const definition = workflow('release', {}, ({ task, map }) => {
    const stamp = task('stamp', { output: isoDate, run: () => new Date(0) });
    map('smoke', { needs: { stamp }, over: ({ stamp }) => [{ region: `eu${stamp.getTime()}` }], run });
  });

  test("gives its items, made of its needs, by the call 'over'", async () => {
    expect(await callTask(definition, 'smoke', { call: 'over', needs: { stamp: EPOCH } })).toEqual(
      output([{ region: 'eu0' }]),
    );
  });

  test("calls `run` with an item, its index and the needs, by the call 'run'", async () => {
    const item = { index: 3, value: { region: 'us' } };
    expect(await callTask(definition, 'smoke', { call: 'run', item, needs: { stamp: EPOCH } })).toEqual(
      output('3: us'),
    );
    expect(run.mock.lastCall?.[1]).toMatchObject({ index: 3, task: 'smoke[3]', needs: { stamp: new Date(0) } });
  });

  test("encodes an item's output by the schema", async () => {
    const dates = workflow('release', {}, ({ map }) => {
      map('dates', { over: () => [1], output: isoDate, run: (item) => new Date(item) });
    });
    expect(await callTask(dates, 'dates', { item: { index: 0, value: 0 } })).toEqual(output(EPOCH));
  });

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'over: it returned nothing, not an array'],
    ['null', null, 'over: it returned null, not an array'],
    ['a Set', new Set([1]), 'over: it returned an object, not an array'],
    ['a string', 'eu', 'over: it returned a string, not an array'],
    ['a Date within', [1, { at: new Date(0) }], 'over[1].at: a Date is not JSON'],
    ['undefined as an item', [undefined], 'over[0]: undefined is not JSON'],
  ])('whose `over` returns %s fails with the place', async (_, items, message) => {
    const wrong = workflow('release', {}, ({ map }) => {
      map('smoke', { over: () => items as string[], run: () => 1 });
    });
    await expect(callTask(wrong, 'smoke', { call: 'over' })).rejects.toMatchObject({
      failureType: 'InvalidOutput',
      message: expect.stringContaining(message),
    });
  });
});

describe("the call 'with'", () => {
  const child = workflow('child', { input: z.object({ since: isoDate, ref: z.string().default('main') }) }, (add) => {
    add.task('only', { run: () => {} });
  });
  const whole = { since: EPOCH, ref: 'main' };

  test('gives the input of the child, made whole by its schema', async () => {
    const definition = workflow('release', {}, ({ task, subworkflow }) => {
      const since = task('since', { run: () => EPOCH });
      subworkflow('sub', child, { needs: { since }, with: ({ since }) => ({ since }) });
    });
    expect(await callTask(definition, 'sub', { call: 'with', needs: { since: EPOCH } })).toEqual(output(whole));
  });

  test('gives that of an item', async () => {
    const given = vi.fn((since: string) => ({ since }));
    const definition = workflow('release', {}, ({ map }) => {
      map('subs', { over: () => [EPOCH], workflow: child, with: given });
    });
    expect(await callTask(definition, 'subs', { call: 'with', item: { index: 2, value: EPOCH } })).toEqual(
      output(whole),
    );
    expect(given.mock.lastCall).toMatchObject([EPOCH, { index: 2, needs: {}, task: 'subs[2]' }]);
  });

  test('of what is no input of the child fails at once, with the path', async () => {
    const definition = workflow('release', {}, ({ subworkflow }) => {
      subworkflow('sub', child, { with: () => ({ since: 'never' }) });
    });
    await expect(callTask(definition, 'sub', { call: 'with' })).rejects.toMatchObject({
      failureType: 'InvalidChildInput',
      message: expect.stringMatching(/^with: it is no input of workflow 'child': input\.since: /),
    });
  });

  test('of a subworkflow with a condition alone gives no input', async () => {
    const plain = workflow('child', {}, ({ task }) => void task('only', { run: () => {} }));
    const definition = workflow('release', {}, ({ subworkflow }) => {
      subworkflow('sub', plain, { when: () => true });
    });
    expect(await callTask(definition, 'sub', { call: 'with' })).toEqual(output(undefined));
  });
});

describe('undoing', () => {
  const undo = vi.fn((_made: unknown, _context: unknown) => new Date(0));
  const definition = workflow('release', {}, ({ task, resource }) => {
    const stamp = task('stamp', { output: isoDate, run: () => new Date(0) });
    task('deploy', { needs: { stamp }, output: isoDate, run: () => new Date(1), compensate: undo });
    resource('db', { needs: { stamp }, output: isoDate, create: () => new Date(1), destroy: undo });
  });

  test.each([
    ['deploy', 'compensate'],
    ['db', 'destroy'],
  ] as const)(
    '%s gets what it had made and had been given, by the call %s; what it returns is left out',
    async (id, call) => {
      const made = { call, needs: { stamp: EPOCH }, output: '1970-01-01T00:00:00.001Z' };
      expect(await callTask(definition, id, made)).toEqual(output(undefined));
      expect(undo.mock.lastCall).toMatchObject([
        { output: new Date(1), needs: { stamp: new Date(0) } },
        { task: id, idempotencyKey: `release-42/first/${id}/${call}` },
      ]);
    },
  );

  test('fails with the place, where the output does not fit', async () => {
    await expect(
      callTask(definition, 'deploy', { call: 'compensate', needs: { stamp: EPOCH }, output: 1 }),
    ).rejects.toMatchObject({ failureType: 'InvalidNeeds', message: expect.stringMatching(/^output: /) });
  });

  test('of what an operator completed before its needs had an output goes on without those', async () => {
    const destroy = vi.fn();
    const definition = workflow('release', {}, ({ task, resource }) => {
      const stamp = task('stamp', { output: isoDate, run: () => new Date(0) });
      const scan = task('scan', { run: () => 1 });
      resource('db', { needs: { stamp, scan }, create: () => 'url', destroy });
    });
    await callTask(definition, 'db', { call: 'destroy', output: 'by hand', needs: { scan: 1 } });
    expect(destroy.mock.lastCall?.[0]).toEqual({ output: 'by hand', needs: { scan: 1 } });
  });

  test('is left to a worker that can, where this one has no function for it', async () => {
    await expect(callTask(definition, 'stamp', { call: 'compensate', output: EPOCH })).rejects.toMatchObject({
      failureType: 'TaskUnserved',
      message: expect.stringMatching(/^release\.stamp: this worker's definition has no `compensate`/),
    });
  });
});

test('onFinish gets the outcome and every result, with outputs decoded', async () => {
  const run = vi.fn((_run: unknown, _context: unknown) => new Date(0));
  const definition = workflow('release', {}, ({ task, map, onFinish }) => {
    task('stamp', { output: isoDate, run: () => new Date(0) });
    task('lint', { run: () => 1 });
    map('dates', { over: () => [1], output: isoDate, run: () => new Date(0) });
    onFinish('notify', { run });
  });
  const error = { type: 'Error', message: 'no image' };
  const tasks = {
    stamp: { status: 'succeeded', output: EPOCH },
    lint: { status: 'failed', error },
    dates: { status: 'succeeded', output: [EPOCH] },
  };
  const given = { call: 'finish', needs: { outcome: 'failed', tasks } } as const;
  expect(await callTask(definition, 'notify', given)).toEqual(output(undefined));
  expect(run.mock.lastCall?.[0]).toEqual({
    outcome: 'failed',
    tasks: {
      stamp: { status: 'succeeded', output: new Date(0) },
      lint: { status: 'failed', error },
      dates: { status: 'succeeded', output: [new Date(0)] },
    },
  });
});

describe('the idempotency key', () => {
  const run = vi.fn((_given: unknown, { idempotencyKey }: { idempotencyKey: string }) => idempotencyKey);
  const definition = workflow('release', {}, ({ task, map }) => {
    task('build', { run });
    map('smoke', { over: () => ['eu'], run });
  });
  const item = { index: 3, value: 'eu' };

  test('names workflow, first run and task, and of an item its number', async () => {
    expect(await callTask(definition, 'build')).toEqual(output('release-42/first/build'));
    expect(await callTask(definition, 'smoke', { item })).toEqual(output('release-42/first/smoke/3'));
  });

  test('is that of the run to which the child workflow belongs that has some of the items', async () => {
    const pawl = { rootWorkflowId: 'release-1' };
    expect(await callTask(definition, 'smoke', { item, pawl })).toEqual(output('release-1/first/smoke/3'));
  });
});

describe('a dispatch that this worker can not serve', () => {
  const definition = workflow('release', {}, ({ task }) => void task('build', { run: () => 1 }));

  test('is one of a newer protocol', async () => {
    await expect(callTask(definition, 'build', { pawl: { protocol: 1_000 } })).rejects.toMatchObject({
      failureType: 'TaskUnserved',
      message: expect.stringContaining('it was dispatched with protocol 1000, and this worker knows'),
    });
  });

  test.each(['over', 'with', 'destroy'] as const)('is the call %s of a task', async (call) => {
    await expect(callTask(definition, 'build', { call })).rejects.toMatchObject({ failureType: 'TaskUnserved' });
  });
});

function output(value: unknown) {
  return { kind: 'output', output: value };
}
