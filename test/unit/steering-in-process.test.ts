import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type TaskContext, workflow } from '../../src/index.js';
import {
  OrderFailedError,
  OrderRefusedError,
  runInProcess,
  StateNotReachedError,
  type SteeredRun,
  UnknownTaskError,
} from '../../testing/index.js';
import { isoDate } from '../support/iso-date.js';

const once = { maximumAttempts: 1 };
const ada = { actor: 'ada', reason: 'because' };

describe('a held task', () => {
  test('is dispatched anew by retry, with all its attempts', async () => {
    let isMended = false;
    const { run, build } = await steerHeld(
      async (run) => {
        isMended = true;
        await run.task('build').retry(ada);
      },
      () => (isMended ? 'image' : failing()),
    );
    expect(await run.result()).toEqual({ deploy: 'deployed image' });
    expect(build).toHaveBeenCalledTimes(2);
    expect(run.task('build').attempts).toBe(2);
    expect(run.audit).toMatchObject([{ verb: 'retry', task: 'build', ...ada }]);
  });

  test('is skipped by skip, and so is what needs it', async () => {
    const { run } = await steerHeld((run) => run.task('build').skip(ada));
    expect(run.outcome).toBe('completed');
    expect([run.task('build').state, run.task('deploy').state]).toEqual(['skipped', 'skipped']);
    expect(run.task('build').cause).toContain('ada');
  });

  test('succeeds with the output that complete gives', async () => {
    const { run } = await steerHeld((run) => run.task('build').complete('image', ada));
    expect(await run.result()).toEqual({ deploy: 'deployed image' });
  });

  test('fails with the message that fail gives', async () => {
    const { run } = await steerHeld((run) => run.task('build').fail('no way', ada));
    expect(run.task('build')).toMatchObject({ state: 'failed', error: { message: 'no way' } });
    expect(run.task('deploy').state).toBe('upstream_failed');
  });

  test('is cancelled by cancel, which counts as a failure', async () => {
    const { run } = await steerHeld((run) => run.task('build').cancel(ada));
    expect(run.outcome).toBe('failed');
    expect([run.task('build').state, run.task('deploy').state]).toEqual(['cancelled', 'upstream_failed']);
  });

  async function steerHeld(verb: (run: SteeredRun) => Promise<void>, handler: () => string = failing) {
    const build = vi.fn(handler);
    const definition = workflow('w', { onFailure: 'hold' }, ({ task }) => {
      const built = task('build', { retry: once, run: () => build() });
      return { deploy: task('deploy', { needs: { built }, run: ({ built }) => `deployed ${built}` }) };
    });
    const run = await runInProcess(definition, undefined, {
      steer: async (run) => {
        await run.waitFor('build', 'held');
        await verb(run);
      },
    });
    return { run, build };
  }
});

describe('the result of a run', () => {
  test('is refused where an operator skipped what its types promise', async () => {
    const definition = workflow('w', {}, ({ task }) => {
      const built = task('build', { run: (_, { signal }) => untilAborted(signal).then(() => 'image') });
      return { deploy: task('deploy', { needs: { built }, run: () => 'deployed' }) };
    });
    const run = await runInProcess(definition, undefined, { steer: (run) => run.task('build').skip(ada) });
    expect(run.outcome).toBe('completed');
    await expect(run.result()).rejects.toMatchObject({ code: 'OUTPUT_SKIPPED', outputs: ['deploy'] });
    expect(run.explain('deploy')).toContain('ada');
  });
});

describe('a running task', () => {
  test('is dispatched anew by retry, without waiting for the old dispatch, whose end is ignored', async () => {
    const signals: AbortSignal[] = [];
    const { run } = await steerRunning(
      (run) => run.task('build').retry(),
      (_, { signal }) => {
        signals.push(signal);
        return signals.length === 1 ? untilAborted(signal) : 'second';
      },
    );
    expect(run.task('build').output).toBe('second');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  test('is skipped at once, and its signal aborts', async () => {
    const { run, signal } = await steerRunning((run) => run.task('build').skip());
    expect(run.task('build').state).toBe('skipped');
    expect(signal.aborted).toBe(true);
  });

  test('succeeds at once with the output that complete gives, encoded by its schema', async () => {
    const definition = workflow('w', {}, ({ task }) => ({
      stamp: task('stamp', { output: isoDate, run: async (_, { signal }) => untilAborted(signal) }),
    }));
    const run = await runInProcess(definition, undefined, {
      steer: async (run) => {
        await run.waitFor('stamp', 'running');
        await expect(run.task('stamp').complete('today')).rejects.toThrow(OrderFailedError);
        await run.task('stamp').complete(new Date(0));
      },
    });
    expect(await run.result()).toEqual({ stamp: new Date(0) });
  });

  test('is asked to stop by cancel, and is cancelled when it has ended', async () => {
    const { run } = await steerRunning(async (run) => {
      await run.task('build').cancel();
      await expect(run.task('build').cancel()).rejects.toThrow("'build' was asked to stop already");
    });
    expect(run.task('build').state).toBe('cancelled');
    expect(run.outcome).toBe('failed');
  });

  async function steerRunning(
    verb: (run: SteeredRun) => Promise<void>,
    handler: (_: unknown, context: TaskContext) => unknown = (_, { signal }) => untilAborted(signal),
  ) {
    const contexts: TaskContext[] = [];
    const definition = workflow('w', {}, ({ task }) => void task('build', { run: () => 'x' }));
    const build = (needs: unknown, context: TaskContext) => {
      contexts.push(context);
      return handler(needs, context);
    };
    const run = await runInProcess(definition, undefined, {
      mocks: { build },
      steer: async (run) => {
        await vi.waitFor(() => expect(contexts).toHaveLength(1));
        await verb(run);
      },
    });
    const [first] = contexts;
    if (first === undefined) throw new Error('it was not called');
    return { run, signal: first.signal };
  }
});

describe('an approval', () => {
  const definition = workflow('w', { input: z.array(z.string()) }, ({ task, approval }) => {
    const log = task('build', { run: (_, { input }) => input.join() });
    const goLive = approval('go-live', { needs: { log } });
    return { told: task('told', { needs: { goLive }, run: ({ goLive }) => `${goLive.by}: ${goLive.reason}` }) };
  });

  test('is decided while it waits', async () => {
    const run = await runInProcess(definition, [], {
      steer: async (run) => {
        await run.waitFor('go-live', 'waiting');
        await run.approve('go-live', ada);
      },
    });
    expect(await run.result()).toEqual({ told: 'ada: because' });
  });

  test('takes a decision that came before; a second one is refused and leaves no trace', async () => {
    const run = await runInProcess(definition, [], {
      steer: async (run) => {
        await run.approve('go-live', ada);
        await expect(run.reject('go-live')).rejects.toThrow(OrderRefusedError);
        expect(run.audit).toHaveLength(1);
      },
    });
    expect(run.outcome).toBe('completed');
  });

  test('is rejected', async () => {
    const run = await runInProcess(definition, [], { steer: (run) => run.reject('go-live', ada) });
    expect(run.task('go-live').state).toBe('failed');
  });

  test('can not be sent a value', async () => {
    const steer = (run: SteeredRun) => run.send('go-live', { by: 'ada', at: '1970-01-01T00:00:00Z' });
    await expect(runInProcess(definition, [], { steer })).rejects.toThrow("send 'go-live': 'go-live' is not an event");
  });
});

describe('an event', () => {
  const definition = workflow('w', {}, ({ event }) => ({ day: event('day', { schema: isoDate }) }));

  test('is sent a value, checked by its schema', async () => {
    const run = await runInProcess(definition, undefined, {
      steer: async (run) => {
        await run.waitFor('day', 'waiting');
        await expect(run.send('day', 3)).rejects.toThrow(OrderFailedError);
        await run.send('day', new Date(0));
      },
    });
    expect(await run.result()).toEqual({ day: new Date(0) });
    expect(run.audit).toHaveLength(1);
  });
});

describe('a map', () => {
  test('has its held items retried one by one', async () => {
    let isMended = false;
    const calls: number[] = [];
    const definition = workflow('w', { onFailure: 'hold' }, ({ map }) => ({
      smoke: map('smoke', {
        over: () => [0, 1, 2],
        retry: once,
        run: (item) => {
          calls.push(item);
          if (item === 1 && !isMended) failing();
          return item;
        },
      }),
    }));
    const run = await runInProcess(definition, undefined, {
      steer: async (run) => {
        await expect(run.task('smoke[1]').retry()).rejects.toThrow(OrderRefusedError);
        await run.waitFor('smoke[1]', 'held');
        expect(run.task('smoke').state).toBe('running');
        await expect(run.task('smoke').retry()).rejects.toThrow('retry the ones that it is about');
        isMended = true;
        await run.task('smoke[1]').retry();
      },
    });
    expect(await run.result()).toEqual({ smoke: [0, 1, 2] });
    expect(calls.sort()).toEqual([0, 1, 1, 2]);
  });

  test('that is split has them retried as well', async () => {
    let isMended = false;
    const definition = workflow('w', { onFailure: 'hold' }, ({ map }) => {
      map('smoke', {
        over: () => Array.from({ length: 1_500 }, (_, item) => item),
        retry: once,
        run: (item) => void (item === 1_200 && !isMended && failing()),
      });
    });
    const run = await runInProcess(definition, undefined, {
      steer: async (run) => {
        await run.waitFor('smoke[1200]', 'held');
        isMended = true;
        await run.task('smoke[1200]').retry();
      },
    });
    expect(run.task('smoke').state).toBe('succeeded');
  });
});

describe('a pause', () => {
  const definition = workflow('w', {}, ({ task }) => {
    const first = task('first', { run: () => {} });
    task('second', { needs: { first }, run: () => {} });
  });

  test('lets run what runs and starts nothing new, until it ends', async () => {
    const run = await runInProcess(definition, undefined, {
      steer: async (run) => {
        await run.pause(ada);
        await expect(run.pause()).rejects.toThrow('the run is paused already');
        await run.waitFor('first', 'succeeded');
        expect(run.task('second').state).toBe('pending');
        await run.resume(ada);
        await expect(run.resume()).rejects.toThrow('the run is not paused');
      },
    });
    expect(run.outcome).toBe('completed');
    expect(run.audit.map(({ verb }) => verb)).toEqual(['pause', 'resume']);
  });
});

describe('a run that is steered', () => {
  const definition = workflow('w', {}, ({ task, approval }) => {
    const build = task('build', { run: () => 'image' });
    const goLive = approval('go-live', { needs: { build } });
    task('deploy', { needs: { goLive }, run: () => 'deployed' });
  });

  test('can be cancelled', async () => {
    const run = await runInProcess(definition, undefined, {
      steer: async (run) => {
        await run.waitFor('go-live', 'waiting');
        await run.cancel();
      },
    });
    expect(run.outcome).toBe('cancelled');
    expect(run.task('go-live').state).toBe('cancelled');
  });

  test('carries out an order once, however often it comes with the same id', async () => {
    const run = await runInProcess(definition, undefined, {
      steer: async (run) => {
        await run.approve('go-live', { updateId: 'one' });
        await run.approve('go-live', { updateId: 'one' });
      },
    });
    expect(run.audit).toHaveLength(1);
  });

  test('refuses orders on what is settled', async () => {
    const run = await runInProcess(definition, undefined, {
      approvals: { 'go-live': 'approve' },
      steer: async (run) => {
        await run.waitFor('build', 'succeeded');
        await expect(run.task('build').skip()).rejects.toThrow("skip 'build': 'build' is succeeded already");
      },
    });
    expect(run.outcome).toBe('completed');
  });

  test('can be waited for at several places at once', async () => {
    const two = workflow('two', {}, ({ approval }) => {
      const one = approval('one');
      approval('other', { needs: { one } });
    });
    const run = await runInProcess(two, undefined, {
      steer: async (run) => {
        const approve = async (id: string) => {
          await run.waitFor(id, 'waiting');
          await run.approve(id);
        };
        await Promise.all([approve('other'), approve('one')]);
      },
    });
    expect(run.outcome).toBe('completed');
  });

  test('does not know tasks that it does not have', async () => {
    const steer = async (run: SteeredRun) => run.task('biuld').skip();
    await expect(runInProcess(definition, undefined, { steer })).rejects.toThrow(UnknownTaskError);
  });

  test('rejects with what the steering throws, and aborts what runs', async () => {
    let signal: AbortSignal | undefined;
    const mocks = {
      build: (_: unknown, context: TaskContext) => {
        signal = context.signal;
        return untilAborted(context.signal);
      },
    };
    const steer = async (run: SteeredRun) => {
      await run.waitFor('build', 'running');
      throw new Error('not what I expected');
    };
    await expect(runInProcess(definition, undefined, { mocks, steer })).rejects.toThrow('not what I expected');
    await vi.waitFor(() => expect(signal?.aborted ?? true).toBe(true));
  });

  test('tells of a state that is not reached any more', async () => {
    const mocks = { build: { when: () => false } };
    const steer = (run: SteeredRun) => run.waitFor('go-live', 'waiting');
    const running = runInProcess(definition, undefined, { mocks, steer });
    await expect(running).rejects.toThrow(StateNotReachedError);
    await expect(running).rejects.toThrow("'go-live' can not become waiting: it is skipped, and stays so");
  });

  test('has its child workflows steered by their paths, or by themselves', async () => {
    const outer = workflow('outer', {}, ({ subworkflow }) => {
      subworkflow('one', definition);
      subworkflow('other', definition);
    });
    const run = await runInProcess(outer, undefined, {
      steer: async (run) => {
        await run.waitFor('one/go-live', 'waiting');
        await run.approve('one/go-live', ada);
        await run.waitFor('other', 'running');
        const other = run.child('other');
        await other.waitFor('go-live', 'waiting');
        await other.approve('go-live', ada);
      },
    });
    expect(run.outcome).toBe('completed');
    expect(run.child('one').audit).toMatchObject([{ verb: 'approve', task: 'go-live', actor: 'ada' }]);
    expect(run.audit).toEqual([]);
  });
});

function failing(): never {
  throw new TypeError('no image');
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
}
