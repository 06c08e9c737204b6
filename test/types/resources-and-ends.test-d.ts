import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  type FinishedRun,
  type OutputOf,
  optional,
  type TaskContext,
  type TaskHandle,
  type TaskResult,
  workflow,
} from '../../src/index.js';
import { isoDate } from '../support/iso-date.js';

describe('a compensation', () => {
  test('gets what the task gave, and what it had needed', () => {
    workflow('w', { input: z.object({ dir: z.string() }) }, ({ task }) => {
      const build = task('build', { run: () => ({ image: 'x' }) });
      task('deploy', {
        needs: { build, lint: optional(build) },
        run: ({ build }) => ({ deployment: build.image }),
        compensate: (made, context) => {
          expectTypeOf(made).toEqualTypeOf<{
            readonly output: { deployment: string };
            readonly needs: { readonly build: { image: string }; readonly lint: { image: string } | undefined };
          }>();
          expectTypeOf(context).toEqualTypeOf<TaskContext<{ dir: string }>>();
        },
      });
      task('first', { run: () => 3, compensate: ({ output }) => expectTypeOf(output).toEqualTypeOf<number>() });
    });
  });

  test('gets the output decoded, and that of a loaded handler', () => {
    workflow('w', {}, ({ task }) => {
      task('stamp', {
        output: isoDate,
        run: () => new Date(),
        compensate: async ({ output }) => expectTypeOf(output).toEqualTypeOf<Date>(),
      });
      task('loaded', {
        load: async () => ({ run: async () => ({ id: 3 }) }),
        compensate: ({ output }) => expectTypeOf(output).toEqualTypeOf<{ id: number }>(),
      });
    });
  });

  test('leaves the output as it is without', () => {
    const w = workflow('w', {}, ({ task }) => ({
      a: task('a', { run: () => 'x', compensate: () => 3, version: 2 }),
    }));
    expectTypeOf<OutputOf<typeof w>>().toEqualTypeOf<{ readonly a: string }>();
  });
});

describe('a resource', () => {
  test('gives what `create` returns to its consumers and to `destroy`', () => {
    workflow('w', { input: z.object({ dir: z.string() }) }, ({ resource, task }) => {
      const build = task('build', { run: () => 'x' });
      const db = resource('db', {
        needs: { build },
        create: async ({ build }, { input }) => ({ url: `${build}/${input.dir}` }),
        destroy: ({ output, needs }, context) => {
          expectTypeOf(output).toEqualTypeOf<{ url: string }>();
          expectTypeOf(needs).toEqualTypeOf<{ readonly build: string }>();
          expectTypeOf(context.input).toEqualTypeOf<{ dir: string }>();
        },
      });
      task('use', { needs: { db }, run: ({ db }) => expectTypeOf(db).toEqualTypeOf<{ url: string }>() });
    });
  });

  test('may have a schema, a condition and an allowed failure', () => {
    workflow('w', {}, ({ resource }) => {
      const token = resource('token', {
        output: z.object({ until: isoDate, scope: z.enum(['read', 'write']) }),
        create: async (_) => ({ until: new Date(), scope: 'read' }),
        destroy: ({ output }) => expectTypeOf(output.until).toEqualTypeOf<Date>(),
        when: () => true,
        allowFailure: true,
      });
      type Token = { until: Date; scope: 'read' | 'write' };
      type WireToken = { until: string; scope: 'read' | 'write' };
      expectTypeOf(token).toEqualTypeOf<TaskHandle<Token, WireToken, undefined>>();
    });
  });
});

describe('onFinish', () => {
  test('gets the outcome and the result of each node', () => {
    workflow('w', { input: z.object({ dir: z.string() }) }, ({ onFinish }) => {
      onFinish('notify', {
        retry: { maximumAttempts: 5 },
        run: ({ outcome, tasks }, { input }) => {
          expectTypeOf(outcome).toEqualTypeOf<'completed' | 'failed' | 'cancelled'>();
          expectTypeOf(tasks).toEqualTypeOf<Readonly<Record<string, TaskResult<unknown>>>>();
          expectTypeOf(input).toEqualTypeOf<{ dir: string }>();
        },
      });
      onFinish('loaded', { load: async () => ({ run: async (_: FinishedRun) => {} }) });
    });
  });
});

describe('a group', () => {
  test('returns what its function returns, and its nodes are typed as others', () => {
    const w = workflow('w', { input: z.object({ dir: z.string() }) }, ({ group, task }) => {
      const build = task('build', { run: () => 3 });
      const eu = group('eu', ({ task, map, group }) => {
        const deploy = task('deploy', { needs: { build }, run: ({ build }, { input }) => `${build}${input.dir}` });
        const inner = group('inner', ({ approval }) => approval('go'));
        return { deploy, inner, all: map('all', { over: () => [1], run: (n) => n }) };
      });
      expectTypeOf(eu.deploy).toEqualTypeOf<TaskHandle<string, string>>();
      return { deploy: eu.deploy, all: eu.all };
    });
    expectTypeOf<OutputOf<typeof w>>().toEqualTypeOf<{ readonly deploy: string; readonly all: number[] }>();
  });
});

describe('it must not compile', () => {
  test('that a compensation takes another output', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error it is a number
      task('a', { run: () => 3, compensate: ({ output }) => output.length });
      // @ts-expect-error it is a number
      task('a', { run: () => 3, compensate: ({ output }: { output: string }) => output });
      // @ts-expect-error a constant
      task('a', { run: () => 3, compensate: true });
    });
  });

  test('that a version is anything but a string or a number', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error a boolean
      task('a', { run: () => 3, version: true });
    });
  });

  test('that a resource lacks one of its functions, or has another', () => {
    workflow('w', {}, ({ resource }) => {
      // @ts-expect-error no `destroy`
      resource('a', { create: () => 1 });
      // @ts-expect-error no `create`
      resource('a', { destroy: () => {} });
      // @ts-expect-error it is `create`
      resource('a', { run: () => 1, destroy: () => {} });
      // @ts-expect-error JSON makes a Date a string
      resource('a', { create: () => new Date(), destroy: () => {} });
      // @ts-expect-error it is a number
      resource('a', { create: () => 1, destroy: ({ output }) => output.length });
    });
  });

  test('that onFinish is needed, returned, or decides whether it runs', () => {
    workflow('w', {}, ({ onFinish, task }) => {
      const notify = onFinish('notify', { run: () => {} });
      // @ts-expect-error nothing can need it
      task('a', { needs: { notify }, run: () => 1 });
      // @ts-expect-error it always runs
      onFinish('b', { when: () => true, run: () => {} });
      // @ts-expect-error it needs nothing
      onFinish('c', { needs: {}, run: () => {} });
    });
    // @ts-expect-error it has no output
    workflow('w', {}, ({ onFinish }) => ({ a: onFinish('a', { run: () => {} }) }));
  });

  test('that onFinish is in a group', () => {
    workflow('w', {}, ({ group }) => {
      // @ts-expect-error it ends the whole run
      group('eu', ({ onFinish }) => onFinish);
    });
  });

  test('that a workflow holds or compensates in a way that there is not', () => {
    // @ts-expect-error it is `hold`
    workflow('w', { onFailure: 'held' }, () => {});
    // @ts-expect-error a parsec is a length
    workflow('w', { onFailure: 'hold', holdTimeout: '10 parsecs' }, () => {});
    // @ts-expect-error it is `cancelled`
    workflow('w', { compensateOn: ['canceled'] }, () => {});
  });
});
