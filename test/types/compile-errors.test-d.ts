import { describe, test } from 'vitest';
import { z } from 'zod';
import { type OrchestrationEngine, workflow } from '../../src/index.js';
import { runInProcess } from '../../testing/index.js';
import { isoDate } from '../support/iso-date.js';

const release = workflow(
  'release',
  { input: z.object({ dir: z.string(), ref: z.string().default('main') }) },
  () => {},
);
const nightly = workflow('nightly', {}, () => {});
declare const engine: OrchestrationEngine;

test('a placement must be one of the two', () => {
  workflow('w', { placement: 'local' }, ({ task }) => {
    task('near', { placement: 'local', run: () => 1 });
    task('far', { placement: 'activity', run: () => 1 });
    // @ts-expect-error there is no such placement
    task('else', { placement: 'remote', run: () => 1 });
  });
  // @ts-expect-error there is no such placement
  workflow('v', { placement: 'remote' }, () => {});
});

describe('a need must not be', () => {
  test('a name that is no task', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error there is no variable `buld`
      task('unit', { needs: { buld }, run: () => 1 });
    });
  });

  test('a string', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error a need is the handle that task() returned
      task('unit', { needs: { build: 'build' }, run: () => 1 });
    });
  });

  test('used without being declared', () => {
    workflow('w', {}, ({ task }) => {
      const build = task('build', { run: () => 1 });
      const lint = task('lint', { run: () => 1 });
      // @ts-expect-error `lint` is not among its needs
      task('unit', { needs: { build }, run: ({ lint }) => lint });
      return { lint };
    });
  });

  test('used as another type than its task returns', () => {
    workflow('w', {}, ({ task }) => {
      const build = task('build', { run: () => 'image' });
      // @ts-expect-error it is a string
      task('unit', { needs: { build }, run: ({ build }) => build * 2 });
    });
  });
});

describe('without a schema, an output must not be or hold', () => {
  test('a Date', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error JSON makes it a string
      task('t', { run: () => new Date() });
    });
  });

  test('a Date, deep inside of what a promise resolves to', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error JSON makes it a string
      task('t', { run: async () => ({ list: [{ at: new Date() }] }) });
    });
  });

  test('a Date in one of several objects that are returned', () => {
    workflow('w', { input: z.boolean() }, ({ task }) => {
      task('t', {
        // @ts-expect-error JSON makes it a string
        run: (_, { input }) => {
          if (input) return { ok: true as const };
          return { ok: false as const, at: new Date() };
        },
      });
    });
  });

  test('a Map', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error JSON makes it {}
      task('t', { run: async () => new Map<string, number>() });
    });
  });

  test('a Set', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error JSON makes it {}
      task('t', { run: () => ({ seen: new Set<string>() }) });
    });
  });

  test('a bigint', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error JSON.stringify throws
      task('t', { run: () => ({ size: 1n }) });
    });
  });

  test('an instance of a class with methods', () => {
    class Image {
      readonly name = 'x';
      tag(): string {
        return this.name;
      }
    }
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error JSON loses the method
      task('t', { run: () => new Image() });
    });
  });

  test('a function', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error JSON leaves it out
      task('t', { run: () => ({ undo: () => {} }) });
    });
  });

  test('a symbol', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error JSON leaves it out
      task('t', { run: () => Symbol('x') });
    });
  });

  test('undefined in an array', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error JSON makes it null
      task('t', { run: () => [1, undefined] });
    });
  });

  test('what functions returned that return nothing, in an array', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error they are undefined, which JSON makes null
      task('t', { run: () => Promise.all([1, 2].map(async () => {})) });
    });
  });

  test('an unknown value', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error it may be anything
      task('t', { run: (): unknown => JSON.parse('3') });
    });
  });

  test('any of these in what a loaded handler returns', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error JSON makes it a string
      task('t', { load: async () => ({ run: () => new Date() }) });
    });
  });
});

describe('a schema must not', () => {
  test('read what is not JSON, as output', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error it needs z.codec
      task('t', { output: z.object({ at: z.date() }), run: () => ({ at: new Date() }) });
    });
  });

  test('read what is not JSON, as input', () => {
    // @ts-expect-error it needs z.codec
    workflow('w', { input: z.object({ since: z.date() }) }, () => {});
  });

  test('say another type than the handler returns', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error it returns a string
      task('t', { output: z.number(), run: () => '3' });
    });
  });

  test('say another type than a handler with needs returns', () => {
    workflow('w', {}, ({ task }) => {
      const build = task('build', { run: () => 1 });
      task('t', {
        needs: { build },
        output: z.object({ level: z.enum(['low', 'high']) }),
        // @ts-expect-error `level` is neither low nor high
        run: async ({ build }) => ({ level: `${build}` }),
      });
    });
  });

  test('say another type than a loaded handler returns', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error it returns a string
      task('t', { output: z.number(), load: async () => ({ run: async () => '3' }) });
    });
  });

  test('be given its encoded form by the handler', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error the handler returns the Date
      task('t', { output: isoDate, run: () => '2026-01-01T00:00:00Z' });
    });
  });

  test('be anything but a schema', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error not a zod schema
      task('t', { output: 'number', run: () => 3 });
    });
  });
});

describe('a task must not have', () => {
  test('both run and load', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error one of them
      task('t', { run: () => 3, load: async () => ({ run: () => 3 }) });
    });
  });

  test('neither run nor load', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error one of them
      task('t', { title: 'A task' });
    });
  });

  test('a load whose handler takes other needs', () => {
    workflow('w', {}, ({ task }) => {
      const build = task('build', { run: () => 1 });
      // @ts-expect-error build is a number
      task('t', { needs: { build }, load: async () => ({ run: ({ build }: { build: string }) => build }) });
    });
  });

  test('a load whose module exports no `run`', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error no `run`
      task('t', { load: async () => ({ handler: () => 1 }) });
    });
  });

  test('an option that does not exist', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error it is `retry: { maximumAttempts }`
      task('t', { retries: 3, run: () => 1 });
    });
  });

  test('an option that does not exist beside a schema and needs', () => {
    workflow('w', {}, ({ task }) => {
      const build = task('build', { run: () => 1 });
      // @ts-expect-error it is `startToCloseTimeout`
      task('t', { needs: { build }, output: z.number(), timeout: '3s', run: ({ build }) => build });
    });
  });

  test('a retry option that does not exist', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error it is `maximumAttempts`
      task('t', { retry: { maxAttempts: 3 }, run: () => 1 });
    });
  });

  test('a duration of an unknown unit', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error a parsec is a length
      task('t', { startToCloseTimeout: '10 parsecs', run: () => 1 });
    });
  });
});

describe('a workflow must not have', () => {
  test('an option that does not exist', () => {
    // @ts-expect-error it is `scheduling`
    workflow('w', { schedulin: 'waves' }, () => {});
  });

  test('a value that an option does not take', () => {
    // @ts-expect-error it is `waves`
    workflow('w', { scheduling: 'wave' }, () => {});
  });

  test('an output that is not a task', () => {
    // @ts-expect-error return handles, not values
    workflow('w', {}, () => ({ answer: 42 }));
  });
});

describe('the engine must not take', () => {
  test('an input without what the schema requires', () => {
    // @ts-expect-error no `dir`
    engine.start(release, {});
    // @ts-expect-error no `dir`
    engine.execute(release, {});
    // @ts-expect-error no `dir`
    engine.plan(release, {});
    // @ts-expect-error no `dir`
    runInProcess(release, {});
  });

  test('no input at all, where the workflow takes one', () => {
    // @ts-expect-error no input
    engine.start(release);
    // @ts-expect-error no input
    engine.execute(release);
    // @ts-expect-error no input
    engine.plan(release);
    // @ts-expect-error no input
    runInProcess(release);
  });

  test('an input of another type', () => {
    // @ts-expect-error `dir` is a string
    engine.start(release, { dir: 3 });
    // @ts-expect-error `dir` is a string
    engine.execute(release, { dir: 3 });
    // @ts-expect-error `dir` is a string
    engine.plan(release, { dir: 3 });
    // @ts-expect-error `dir` is a string
    runInProcess(release, { dir: 3 });
  });

  test('an input with a property that does not exist', () => {
    // @ts-expect-error it is `ref`
    engine.start(release, { dir: '.', reff: 'main' });
  });

  test('an input, where the workflow takes none', () => {
    // @ts-expect-error no input
    engine.start(nightly, { dir: '.' });
  });

  test('another name than that of the type', () => {
    // @ts-expect-error it is `release`
    engine.start<typeof release>('releas', { dir: '.' });
  });

  test('a wrong input with the name', () => {
    // @ts-expect-error `dir` is a string
    engine.start<typeof release>('release', { dir: 3 });
    // @ts-expect-error no input
    engine.execute<typeof release>('release');
  });

  test('an option that does not exist', () => {
    // @ts-expect-error it is `workflowId`
    engine.start(release, { dir: '.' }, { workflowid: 'x' });
  });
});
