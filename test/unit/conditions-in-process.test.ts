import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { optional, RunFailedError, settled, type TaskContext, workflow } from '../../src/index.js';
import { runInProcess } from '../../testing/index.js';
import { isoDate } from '../support/iso-date.js';
import { looseWorkflow } from '../support/loose-workflow.js';

describe('a condition', () => {
  test('that says no skips its task, whose handler is not called', async () => {
    const scan = vi.fn(() => 'report');
    const run = await runInProcess(
      workflow('w', {}, ({ task }) => ({ scan: task('scan', { when: () => false, run: scan }) })),
    );
    expect(run.outcome).toBe('completed');
    expect(run.task('scan')).toMatchObject({ state: 'skipped', attempts: 1, cause: 'its condition said no' });
    expect(await run.result()).toEqual({});
    expect(scan).not.toHaveBeenCalled();
  });

  test('that says yes changes nothing', async () => {
    const definition = workflow('w', {}, ({ task }) => ({ a: task('a', { when: async () => true, run: () => 1 }) }));
    expect(await (await runInProcess(definition)).result()).toEqual({ a: 1 });
  });

  test('gets what the handler gets, decoded', async () => {
    const when = vi.fn((_needs: unknown, _context: TaskContext) => true);
    const definition = workflow('w', { input: z.object({ since: isoDate }) }, ({ task }) => {
      const stamp = task('stamp', { output: isoDate, run: () => new Date(0) });
      task('use', { needs: { stamp }, when, run: () => null });
    });
    await runInProcess(definition, { since: '1970-01-01T00:00:00.000Z' });
    expect(when).toHaveBeenCalledWith(
      { stamp: new Date(0) },
      expect.objectContaining({ input: { since: new Date(0) }, attempt: 1, task: 'use' }),
    );
  });

  test('that throws fails the attempt, which is tried again', async () => {
    const when = vi.fn((_needs: unknown, { attempt }: TaskContext) => {
      if (attempt === 1) throw new Error('not yet');
      return false;
    });
    const run = await runInProcess(workflow('w', {}, ({ task }) => void task('a', { when, run: () => 1 })));
    expect(run.task('a')).toMatchObject({ state: 'skipped', attempts: 2 });
  });

  test.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['yes', 'string'],
  ])('that says %o fails the task at once, with the way out', async (answer, said) => {
    const run = await runInProcess(looseWorkflow((task) => void task('a', { when: () => answer, run: () => 1 })));
    expect(run.task('a')).toMatchObject({
      state: 'failed',
      attempts: 1,
      error: {
        type: 'InvalidCondition',
        message: `when: it said ${said}, neither true nor false; return a boolean; \`!!value\` makes one of anything`,
      },
    });
  });

  test('may stand in the module that is loaded', async () => {
    const run = vi.fn(() => 1);
    const definition = workflow('w', {}, ({ task }) => {
      task('a', { load: async () => ({ when: () => false, run }) });
    });
    expect((await runInProcess(definition)).task('a').state).toBe('skipped');
    expect(run).not.toHaveBeenCalled();
  });

  test('may stand beside `load`, and is asked after the module is there', async () => {
    const definition = workflow('w', {}, ({ task }) => {
      task('a', { when: () => false, load: async () => ({ run: () => 1 }) });
    });
    expect((await runInProcess(definition)).task('a').state).toBe('skipped');
  });

  test('must not stand in both, nor be anything but a function', async () => {
    const retry = { maximumAttempts: 1 };
    const definition = looseWorkflow((task) => {
      task('both', { retry, when: () => true, load: async () => ({ when: () => true, run: () => 1 }) });
      task('wrong', { retry, load: async () => ({ when: true, run: () => 1 }) });
    });
    const run = await runInProcess(definition);
    expect(run.task('both').error?.message).toMatch(/exports `when`, and the task has one; keep one of them$/);
    expect(run.task('wrong').error?.message).toMatch(/exports `when`, which is not a function$/);
  });

  test('is asked of a mocked task, too', async () => {
    const mock = vi.fn();
    const definition = workflow('w', {}, ({ task }) => void task('a', { when: () => false, run: () => 1 }));
    expect((await runInProcess(definition, undefined, { mocks: { a: mock } })).task('a').state).toBe('skipped');
    expect(mock).not.toHaveBeenCalled();
  });
});

describe('a need', () => {
  test('that is optional is its decoded value, or undefined where it was skipped or failed as it may', async () => {
    const seen: unknown[] = [];
    const definition = workflow('w', { input: z.boolean() }, ({ task }) => {
      const stamp = task('stamp', { output: isoDate, when: (_, { input }) => input, run: () => new Date(0) });
      const lint = task('lint', { allowFailure: true, retry: { maximumAttempts: 1 }, run: failing });
      task('use', {
        needs: { stamp: optional(stamp), lint: optional(lint) },
        run: (needs) => {
          seen.push(needs);
        },
      });
    });
    await runInProcess(definition, true);
    await runInProcess(definition, false);
    expect(seen).toEqual([
      { stamp: new Date(0), lint: undefined },
      { stamp: undefined, lint: undefined },
    ]);
  });

  test('that is settled is a result, with the decoded value or with the error', async () => {
    const seen: unknown[] = [];
    const definition = workflow('w', {}, ({ task }) => {
      const stamp = task('stamp', { output: isoDate, run: () => new Date(0) });
      const nothing = task('nothing', { run: () => {} });
      const lint = task('lint', { retry: { maximumAttempts: 1 }, run: failing });
      const after = task('after', { needs: { lint }, run: () => 1 });
      const scan = task('scan', { when: () => false, run: () => 1 });
      task('use', {
        needs: {
          stamp: settled(stamp),
          nothing: settled(nothing),
          lint: settled(lint),
          after: settled(after),
          scan: settled(scan),
        },
        run: (needs) => {
          seen.push(needs);
        },
      });
    });
    const run = await runInProcess(definition);
    expect(seen).toEqual([
      {
        stamp: { status: 'succeeded', output: new Date(0) },
        nothing: { status: 'succeeded', output: undefined },
        lint: { status: 'failed', error: { type: 'TypeError', message: 'no image' } },
        after: { status: 'upstream_failed' },
        scan: { status: 'skipped' },
      },
    ]);
    expect(run.task('use').state).toBe('succeeded');
    await expect(run.result()).rejects.toThrow(RunFailedError);
  });

  test('that does not fit the schema of its task fails the one that needs it, with the place', async () => {
    const definition = workflow('w', {}, ({ task }) => {
      const narrow = z.codec(z.number(), z.number().max(3), { decode: (n) => n + 1, encode: (n) => n });
      const size = task('size', { output: narrow, run: () => 3 });
      task('a', { needs: { size: optional(size) }, run: () => null });
      task('b', { needs: { size: settled(size) }, run: () => null });
    });
    const run = await runInProcess(definition);
    expect(run.task('a').error?.message).toContain('needs.size: Too big');
    expect(run.task('b').error?.message).toContain('needs.size.output: Too big');
  });
});

describe('a failure that is allowed', () => {
  const definition = workflow('w', {}, ({ task }) => {
    const lint = task('lint', { allowFailure: true, retry: { maximumAttempts: 1 }, run: failing });
    const report = task('report', { needs: { lint }, run: () => 'report' });
    const build = task('build', { run: () => 'image' });
    return { build, report };
  });

  test('leaves the run completed, without the outputs that it prevented', async () => {
    const run = await runInProcess(definition);
    expect(run.outcome).toBe('completed');
    expect(run.task('lint')).toMatchObject({ state: 'failed', error: { message: 'no image' } });
    expect(run.task('report')).toMatchObject({ state: 'upstream_failed', cause: "because 'lint' failed" });
    expect(await run.result()).toEqual({ build: 'image' });
  });

  test('is not among what a failed run tells of', async () => {
    const failed = workflow('w', {}, ({ task }) => {
      const lint = task('lint', { allowFailure: true, retry: { maximumAttempts: 1 }, run: failing });
      task('report', { needs: { lint }, run: () => 'report' });
      task('build', { retry: { maximumAttempts: 1 }, run: failing });
    });
    await expect((await runInProcess(failed)).result()).rejects.toThrow(
      "1 of 3 tasks failed. 'build' failed after 1 attempt: no image",
    );
  });

  test.each(['stop', 'cancel'] as const)('stops nothing under the policy %s', async (onFailure) => {
    const stopping = workflow('w', { onFailure }, ({ task }) => {
      const lint = task('lint', { allowFailure: true, retry: { maximumAttempts: 1 }, run: failing });
      task('deploy', { needs: { lint: settled(lint) }, run: () => 'deployed' });
    });
    expect((await runInProcess(stopping)).task('deploy').state).toBe('succeeded');
  });
});

function failing(): never {
  throw new TypeError('no image');
}
