import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { optional, RunFailedError, workflow } from '../../src/index.js';
import { runInProcess, UnknownTaskError } from '../../testing/index.js';
import { isoDate } from '../support/iso-date.js';

const once = { maximumAttempts: 1 };

describe('a map in process', () => {
  test('calls its function for each item, and gives what they made in their order', async () => {
    const seen: unknown[] = [];
    const definition = workflow('w', { input: z.array(z.string()) }, ({ task, map }) => {
      const build = task('build', { run: () => 'image' });
      const smoke = map('smoke', {
        needs: { build },
        over: (_, { input }) => input,
        run: (region, { index, needs, task: id, idempotencyKey }) => {
          seen.push([index, id, idempotencyKey]);
          return `${needs.build}@${region}`;
        },
      });
      return { smoke };
    });
    const run = await runInProcess(definition, ['eu', 'us']);
    expect(await run.result()).toEqual({ smoke: ['image@eu', 'image@us'] });
    expect(seen).toEqual([
      [0, 'smoke[0]', 'in-process/in-process/smoke/0'],
      [1, 'smoke[1]', 'in-process/in-process/smoke/1'],
    ]);
    expect(run.task('smoke[1]')).toMatchObject({ state: 'succeeded', attempts: 1, output: 'image@us' });
  });

  test('has no more items in flight than its concurrency says', async () => {
    let [inFlight, most] = [0, 0];
    const definition = workflow('w', {}, ({ map }) => {
      map('smoke', {
        over: () => [1, 2, 3, 4, 5],
        concurrency: 2,
        run: async () => {
          most = Math.max(most, ++inFlight);
          await new Promise((resolve) => setImmediate(resolve));
          inFlight--;
        },
      });
    });
    expect((await runInProcess(definition)).outcome).toBe('completed');
    expect(most).toBe(2);
  });

  test('has nothing at the place of a failure that it tolerates, and fails with one more', async () => {
    const definition = workflow('w', { input: z.number() }, ({ map }) => ({
      smoke: map('smoke', {
        over: () => [0, 1, 2],
        tolerate: 1,
        retry: once,
        run: (item, { input }) => {
          if (item < input) throw new Error(`no ${item}`);
          return item;
        },
      }),
    }));
    const tolerated = await runInProcess(definition, 1);
    expect(await tolerated.result()).toEqual({ smoke: [undefined, 1, 2] });
    expect(tolerated.task('smoke[0]')).toMatchObject({ state: 'failed', error: { message: 'no 0' } });
    const failed = await runInProcess(definition, 2);
    expect(failed.task('smoke').error?.message).toContain('2 of 3 items failed');
    expect(failed.outcome).toBe('failed');
  });

  test('is split where it has more items than one execution holds', async () => {
    const items = Array.from({ length: 2_345 }, (_, item) => item);
    const definition = workflow('w', { input: z.string() }, ({ task, map }) => {
      const base = task('base', { run: () => 10 });
      const smoke = map('smoke', {
        needs: { base },
        over: () => items,
        tolerate: 1,
        retry: once,
        run: (item, { needs, input, index, idempotencyKey }) => {
          if (item === 2_000) throw new Error(`no ${idempotencyKey}`);
          return `${input}${item + index + needs.base}`;
        },
      });
      return { smoke };
    });
    const run = await runInProcess(definition, 'x');
    const { smoke } = await run.result();
    expect(smoke).toEqual(items.map((item) => (item === 2_000 ? undefined : `x${2 * item + 10}`)));
    expect(run.task('smoke[2344]')).toMatchObject({ state: 'succeeded', output: 'x4698' });
    expect(run.task('smoke[2000]').error?.message).toBe('no in-process/in-process/smoke/2000');
  });

  test('that is split leaves what it needs to the run: it is undone once', async () => {
    const events: string[] = [];
    const definition = workflow('w', {}, ({ task, map, resource }) => {
      const db = resource('db', { create: () => 'url', destroy: () => void events.push('destroy') });
      const seat = task('seat', { run: () => 'seat', compensate: () => void events.push('compensate') });
      map('smoke', {
        needs: { db, seat },
        over: () => Array.from({ length: 2_000 }, (_, item) => item),
        retry: once,
        run: (item) => void (item === 1_500 && failing()),
      });
    });
    const run = await runInProcess(definition);
    expect(run.outcome).toBe('failed');
    expect(events).toEqual(['destroy', 'compensate']);
  });

  test('over a workflow runs a child for each item, with the input that `with` makes of it', async () => {
    const run = await runInProcess(tour);
    expect(await run.result()).toEqual({ trips: [{ book: 'Rome!' }, { book: 'Oslo!' }] });
    expect(run.child('trips[1]').task('book').output).toBe('Oslo!');
    expect(run.task('trips[1]/book').output).toBe('Oslo!');
  });

  test('does not know an item that it does not have', async () => {
    const run = await runInProcess(tour);
    expect(() => run.task('trips[2]')).toThrow(UnknownTaskError);
    expect(() => run.task('trips[2]')).toThrow("there is no task 'trips[2]'; it has 2 items");
  });
});

const trip = workflow('trip', { input: z.object({ city: z.string(), mark: z.string().default('!') }) }, ({ task }) => ({
  book: task('book', { run: (_, { input }) => input.city + input.mark }),
}));

const tour = workflow('tour', {}, ({ map }) => ({
  trips: map('trips', { over: () => ['Rome', 'Oslo'], workflow: trip, with: (city) => ({ city }) }),
}));

describe('a subworkflow in process', () => {
  test('runs its own graph with its own input, and gives its outputs', async () => {
    const definition = workflow('w', {}, ({ task, subworkflow }) => {
      const city = task('city', { run: () => 'Rome' });
      const booked = subworkflow('booked', trip, { needs: { city }, with: ({ city }) => ({ city }) });
      return { told: task('told', { needs: { booked }, run: ({ booked }) => `went to ${booked.book}` }) };
    });
    const run = await runInProcess(definition);
    expect(await run.result()).toEqual({ told: 'went to Rome!' });
    expect(await run.child('booked').result()).toEqual({ book: 'Rome!' });
  });

  test('has the ids of a child workflow in its handlers', async () => {
    const seen: unknown[] = [];
    const child = workflow('child', {}, ({ task }) => {
      task('a', {
        run: (_, { workflowId, workflow: name, idempotencyKey }) => void seen.push([workflowId, name, idempotencyKey]),
      });
    });
    const definition = workflow('w', {}, ({ subworkflow }) => void subworkflow('nested', child));
    await runInProcess(definition, undefined, { workflowId: 'w-1' });
    expect(seen).toEqual([['w-1/nested', 'child', 'w-1/nested/in-process/a']]);
  });

  test('that fails fails its node, with what failed in it', async () => {
    const child = workflow('child', {}, ({ task }) => void task('a', { retry: once, run: failing }));
    const definition = workflow('w', {}, ({ subworkflow }) => void subworkflow('nested', child));
    const run = await runInProcess(definition);
    expect(run.task('nested')).toMatchObject({ state: 'failed', error: { type: 'RunFailed' } });
    expect(run.task('nested').error?.message).toContain("'a' failed after 1 attempt: no image");
    expect(run.task('nested/a').state).toBe('failed');
  });

  test('whose condition says no starts no child', async () => {
    const definition = workflow('w', {}, ({ subworkflow }) => {
      subworkflow('nested', trip, { when: () => false, with: () => ({ city: 'Rome' }) });
    });
    const run = await runInProcess(definition);
    expect(run.task('nested').state).toBe('skipped');
    expect(() => run.child('nested')).toThrow('no child workflow of it has started');
  });

  test('fails with an input that does not fit', async () => {
    const definition = workflow('w', {}, ({ subworkflow }) => {
      subworkflow('nested', trip, { with: () => ({ city: 3 }) as never });
    });
    const run = await runInProcess(definition);
    expect(run.task('nested').error).toMatchObject({ type: 'InvalidChildInput' });
  });

  test('is cancelled with its run', async () => {
    const cancellation = new AbortController();
    const child = workflow('child', {}, ({ task }) => {
      const a = task('a', { run: () => cancellation.abort() });
      task('b', { needs: { a }, run: () => {} });
    });
    const definition = workflow('w', {}, ({ subworkflow }) => void subworkflow('nested', child));
    const run = await runInProcess(definition, undefined, { signal: cancellation.signal });
    expect(run.outcome).toBe('cancelled');
    expect(run.task('nested').state).toBe('cancelled');
    expect(run.task('nested/b').state).toBe('cancelled');
  });
});

describe('a resource in process', () => {
  test('is created before what needs it, and destroyed after, with what it was', async () => {
    const events: string[] = [];
    const run = await runInProcess(withDatabase(events, () => 'rows'));
    expect(events).toEqual(['create', 'use url', 'destroy url']);
    expect(run.task('db:destroy').state).toBe('succeeded');
    expect(run.outcome).toBe('completed');
  });

  test('is destroyed whatever happened', async () => {
    const events: string[] = [];
    const run = await runInProcess(withDatabase(events, failing));
    expect(events.at(-1)).toBe('destroy url');
    expect(run.outcome).toBe('failed');
  });

  test('that can not be destroyed fails the run', async () => {
    const run = await runInProcess(
      withDatabase([], () => 'rows'),
      undefined,
      { mocks: { db: { destroy: failing } } },
    );
    expect(run.task('db:destroy')).toMatchObject({ state: 'failed', error: { message: 'no image' } });
    expect(run.outcome).toBe('failed');
  });

  function withDatabase(events: string[], use: () => string) {
    return workflow('w', {}, ({ task, resource }) => {
      const db = resource('db', {
        retry: once,
        create: () => {
          events.push('create');
          return 'url';
        },
        destroy: ({ output }) => void events.push(`destroy ${output}`),
      });
      task('use', {
        needs: { db },
        retry: once,
        run: ({ db }) => {
          events.push(`use ${db}`);
          return use();
        },
      });
    });
  }
});

describe('a compensation in process', () => {
  test('undoes what had succeeded, the last first, when the run fails', async () => {
    const undone: string[] = [];
    const run = await runInProcess(saga(undone));
    expect(undone).toEqual(['hotel room', 'flight seat']);
    expect(run.outcome).toBe('failed');
    expect(run.task('flight')).toMatchObject({ state: 'succeeded', compensation: 'compensated' });
    expect(run.task('car').compensation).toBeUndefined();
    expect(run.task('hotel:compensate').attempts).toBe(1);
  });

  test('that fails is told, and the others go on', async () => {
    const undone: string[] = [];
    const run = await runInProcess(saga(undone), undefined, { mocks: { hotel: { compensate: failing } } });
    expect(undone).toEqual(['flight seat']);
    expect(run.task('hotel').compensation).toBe('failed');
    await expect(run.result()).rejects.toThrow(RunFailedError);
  });

  test('does not run in a run that completes', async () => {
    const undone: string[] = [];
    const run = await runInProcess(saga(undone), undefined, { mocks: { car: () => 'wheels' } });
    expect([run.outcome, undone]).toEqual(['completed', []]);
    expect(() => run.task('flight:compensate')).toThrow('it was not undone');
  });

  function saga(undone: string[]) {
    return workflow('saga', {}, ({ task }) => {
      const undo = ({ output }: { output: string }) => void undone.push(output);
      const flight = task('flight', { run: () => 'flight seat', compensate: undo });
      const hotel = task('hotel', { needs: { flight }, retry: once, run: () => 'hotel room', compensate: undo });
      task('car', { needs: { hotel }, retry: once, run: failing });
    });
  }
});

describe('onFinish in process', () => {
  test('gets the outcome and what became of every node, decoded', async () => {
    const told = vi.fn();
    const definition = workflow('w', {}, ({ task, onFinish }) => {
      task('stamp', { output: isoDate, run: () => new Date(0) });
      task('build', { retry: once, run: failing });
      onFinish('notify', { run: (finished) => told(finished) });
    });
    const run = await runInProcess(definition);
    expect(told).toHaveBeenCalledExactlyOnceWith({
      outcome: 'failed',
      tasks: {
        stamp: { status: 'succeeded', output: new Date(0) },
        build: { status: 'failed', error: { type: 'TypeError', message: 'no image' } },
      },
    });
    expect(run.task('notify').state).toBe('succeeded');
  });

  test('that fails changes nothing', async () => {
    const definition = workflow('w', {}, ({ task, onFinish }) => {
      task('build', { run: () => 1 });
      onFinish('notify', { retry: once, run: failing });
    });
    const run = await runInProcess(definition);
    expect([run.outcome, run.task('notify').state]).toEqual(['completed', 'failed']);
  });
});

describe('an approval in process', () => {
  const definition = workflow('w', { input: z.boolean() }, ({ task, approval }) => {
    const build = task('build', { run: () => 'image' });
    const goLive = approval('go-live', { needs: { build }, when: (_, { input }) => input });
    const told = task('told', { needs: { goLive: optional(goLive) }, run: ({ goLive }) => goLive?.by ?? 'nobody' });
    return { told };
  });

  test('is decided as the test says beforehand', async () => {
    const run = await runInProcess(definition, true, { approvals: { 'go-live': 'approve' } });
    expect(await run.result()).toEqual({ told: 'in-process' });
  });

  test('tells who decided and why', async () => {
    const run = await runInProcess(definition, true, { approvals: { 'go-live': { actor: 'ada', reason: 'ready' } } });
    expect(run.task('go-live').output).toMatchObject({ by: 'ada', reason: 'ready' });
    expect(run.audit).toMatchObject([{ verb: 'approve', task: 'go-live', actor: 'ada', reason: 'ready' }]);
  });

  test('that is rejected fails', async () => {
    const answer = { decision: 'reject', actor: 'ada', reason: 'too early' } as const;
    const run = await runInProcess(definition, true, { approvals: { 'go-live': answer } });
    expect(run.task('go-live').error).toMatchObject({
      type: 'Rejected',
      message: expect.stringContaining('too early'),
    });
    expect(run.task('told').state).toBe('upstream_failed');
  });

  test('whose condition says no needs no decision', async () => {
    const run = await runInProcess(definition, false);
    expect(await run.result()).toEqual({ told: 'nobody' });
  });

  test('of a child workflow has a path', async () => {
    const outer = workflow('outer', {}, ({ subworkflow }) => {
      subworkflow('inner', definition, { with: () => true });
    });
    const run = await runInProcess(outer, undefined, { approvals: { 'inner/go-live': 'approve' } });
    expect(run.task('inner/go-live').state).toBe('succeeded');
  });

  test('must be one', async () => {
    const running = runInProcess(definition, true, { approvals: { build: 'approve' } });
    await expect(running).rejects.toThrow("there is no task 'build'; it is a task, and not of the kind approval");
    await expect(runInProcess(definition, true, { approvals: { golive: 'approve' } })).rejects.toThrow(
      "did you mean 'go-live'?",
    );
  });
});

describe('an event in process', () => {
  const definition = workflow('w', {}, ({ task, event }) => {
    const day = event('day', { schema: isoDate });
    return { year: task('year', { needs: { day }, run: ({ day }) => day.getUTCFullYear() }) };
  });

  test('gets the value that the test says, checked by its schema', async () => {
    const run = await runInProcess(definition, undefined, { events: { day: new Date(0) } });
    expect(await run.result()).toEqual({ year: 1970 });
    expect(run.task('day').output).toBe('1970-01-01T00:00:00.000Z');
  });

  test('refuses a value that does not fit', async () => {
    const running = runInProcess(definition, undefined, { events: { day: 'someday' } });
    await expect(running).rejects.toMatchObject({
      code: 'ORDER_FAILED',
      message: expect.stringContaining("'day': value"),
    });
  });
});

describe('a group in process', () => {
  test('is a prefix of ids', async () => {
    const definition = workflow('w', {}, ({ group }) => {
      group('eu', ({ task }) => void task('build', { run: () => 'image' }));
    });
    const run = await runInProcess(definition);
    expect(run.task('eu.build').output).toBe('image');
  });
});

describe('mocks of functions other than `run`', () => {
  test('stand in for them, in child workflows, too', async () => {
    const run = await runInProcess(tour, undefined, {
      mocks: {
        trips: { over: () => ['Bern'], with: (city: unknown) => ({ city, mark: '?' }) },
        'trips/book': (_, { input }) => (input as { mark: string }).mark,
      },
    });
    expect(await run.result()).toEqual({ trips: [{ book: '?' }] });
  });

  test('of a condition decide', async () => {
    const build = vi.fn();
    const definition = workflow('w', {}, ({ task }) => void task('build', { run: build }));
    const run = await runInProcess(definition, undefined, { mocks: { build: { when: () => false } } });
    expect(run.task('build').state).toBe('skipped');
    expect(build).not.toHaveBeenCalled();
  });
});

function failing(): never {
  throw new TypeError('no image');
}
