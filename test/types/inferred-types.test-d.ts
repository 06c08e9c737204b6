import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  type InputOf,
  type Json,
  type NameOf,
  type OrchestrationEngine,
  type OutputOf,
  type Run,
  type TaskContext,
  type WireOutputOf,
  type WorkflowDefinition,
  workflow,
} from '../../src/index.js';
import type { InProcessRun, runInProcess } from '../../testing/index.js';
import { isoDate } from '../support/iso-date.js';

const release = workflow(
  'release',
  { input: z.object({ dir: z.string(), ref: z.string().default('main') }) },
  ({ task }) => {
    const build = task('build', { run: async (_, { input }) => ({ image: `${input.dir}@${input.ref}`, at: 3 }) });
    const stamp = task('stamp', { needs: { build }, output: isoDate, run: ({ build }) => new Date(build.at) });
    return { build, stamp };
  },
);
const nightly = workflow('nightly', {}, ({ task }) => {
  task('clean', { run: () => {} });
});
declare const engine: OrchestrationEngine;

/** The type of the one output that the build function makes. */
declare function outputOf<W extends WorkflowDefinition>(definition: W): OutputOf<W>[keyof OutputOf<W>];

describe('what a handler gets', () => {
  test('is each need under the name given there, as the value that its task returned', () => {
    workflow('w', {}, ({ task }) => {
      const count = task('count', { run: async () => 3 });
      const names = task('names', { run: () => ['a'] });
      task('use', {
        needs: { count, called: names },
        run: (needs) => expectTypeOf(needs).toEqualTypeOf<{ readonly count: number; readonly called: string[] }>(),
      });
    });
  });

  test('is nothing under any name when it needs nothing', () => {
    workflow('w', {}, ({ task }) => {
      task('first', { run: (needs) => expectTypeOf<keyof typeof needs>().toEqualTypeOf<never>() });
    });
  });

  test('is the input with its defaults filled in and its codecs decoded', () => {
    workflow('w', { input: z.object({ ref: z.string().default('main'), since: isoDate }) }, ({ task }) => {
      task('use', { run: (_, { input }) => expectTypeOf(input).toEqualTypeOf<{ ref: string; since: Date }>() });
    });
  });

  test('is a secret as a promise of a string, whatever function asks', () => {
    const child = workflow('child', {}, () => undefined);
    workflow('w', {}, ({ task, map, resource, subworkflow }) => {
      const ask = ({ secret }: Pick<TaskContext, 'secret'>) => secret('NPM_TOKEN');
      task('use', {
        when: async (_, ctx) => (await ctx.secret('NPM_TOKEN')) !== '',
        run: (_, ctx) => void expectTypeOf(ctx.secret('NPM_TOKEN')).toEqualTypeOf<Promise<string>>(),
        compensate: (_, ctx) => ask(ctx),
      });
      map('each', { over: async (_, ctx) => [await ask(ctx)], run: (_, ctx) => ask(ctx) });
      resource('db', { create: (_, ctx) => ask(ctx), destroy: (_, ctx) => ask(ctx) });
      subworkflow('sub', child, { with: async (_, ctx) => void (await ask(ctx)) });
    });
  });

  test('is undefined as input, where the workflow takes none', () => {
    workflow('w', {}, ({ task }) => {
      task('use', { run: (_, { input }) => expectTypeOf(input).toEqualTypeOf<undefined>() });
    });
  });

  test('is a context with a signal, attempts and a logger', () => {
    workflow('w', {}, ({ task }) => {
      task('use', {
        run: (_, context) => {
          expectTypeOf(context).toEqualTypeOf<TaskContext<undefined>>();
          expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
          expectTypeOf(context.attempt).toEqualTypeOf<number>();
          expectTypeOf(context.heartbeatDetails).toEqualTypeOf<Json | undefined>();
          expectTypeOf(context.idempotencyKey).toEqualTypeOf<string>();
        },
      });
    });
  });
});

describe('the output of a task', () => {
  test('is what its handler resolves to, with literals widened', () => {
    const w = workflow('w', {}, ({ task }) => ({ out: task('out', { run: async () => ({ kind: 'x', n: [1, 2] }) }) }));
    expectTypeOf(outputOf(w)).toEqualTypeOf<{ kind: string; n: number[] }>();
  });

  test('is the union of what its handler returns in different places', () => {
    const w = workflow('w', { input: z.boolean() }, ({ task }) => ({
      out: task('out', {
        run: (_, { input }) => {
          if (input) return { ok: true as const, size: 3 };
          return { ok: false as const, reason: 'full' };
        },
      }),
    }));
    type Out = { ok: true; size: number; reason?: never } | { ok: false; reason: string; size?: never };
    expectTypeOf(outputOf(w)).toEqualTypeOf<Out>();
  });

  test('is void when its handler returns nothing', () => {
    const w = workflow('w', {}, ({ task }) => ({ out: task('out', { run: async () => {} }) }));
    expectTypeOf(outputOf(w)).toEqualTypeOf<void>();
  });

  test('may be an interface, a tuple, optional properties, Json, any, and nested as deep as one likes', () => {
    interface Tree {
      readonly name: string;
      readonly at?: readonly [x: number, y: number];
      readonly children: readonly Tree[];
    }
    const root: Tree = { name: 'root', children: [] };
    const w = workflow('w', {}, ({ task }) => ({
      tree: task('tree', { run: () => root }),
      json: task('json', { run: async (): Promise<Json> => ({ list: [null] }) }),
      any: task('any', { run: () => JSON.parse('3') }),
      maybe: task('maybe', { run: (): string | undefined => undefined }),
    }));
    expectTypeOf<OutputOf<typeof w>['tree']>().toEqualTypeOf<Tree>();
    expectTypeOf<OutputOf<typeof w>['json']>().toEqualTypeOf<Json>();
    expectTypeOf<OutputOf<typeof w>['any']>().toBeAny();
    expectTypeOf<OutputOf<typeof w>['maybe']>().toEqualTypeOf<string | undefined>();
  });

  test('is decoded for its consumers when it has a schema with a codec', () => {
    workflow('w', {}, ({ task }) => {
      const stamp = task('stamp', { output: z.object({ at: isoDate }), run: () => ({ at: new Date() }) });
      task('use', { needs: { stamp }, run: ({ stamp }) => expectTypeOf(stamp).toEqualTypeOf<{ at: Date }>() });
    });
  });

  test('is checked against its schema before literals widen, so that enums need no `as const`', () => {
    workflow('w', { input: z.boolean() }, ({ task }) => {
      const level = task('level', {
        output: z.object({ level: z.enum(['low', 'high']), at: z.tuple([z.number(), z.string()]) }),
        run: async (_, { input }) => ({ level: input ? 'high' : 'low', at: [1, 'x'] }),
      });
      task('use', { needs: { level }, run: ({ level }) => expectTypeOf(level.level).toEqualTypeOf<'low' | 'high'>() });
    });
  });

  test('may have the schema of any JSON', () => {
    const w = workflow('w', {}, ({ task }) => ({
      out: task('out', { output: z.json(), run: async () => [{ a: 1 }] }),
    }));
    expectTypeOf(outputOf(w)).toEqualTypeOf<z.output<ReturnType<typeof z.json>>>();
  });

  test('is that of the function which the loaded module exports', () => {
    const w = workflow('w', {}, ({ task }) => {
      const count = task('count', { run: () => 3 });
      const load = async () => ({ run: async ({ count }: { count: number }) => ({ twice: count * 2 }), more: 1 });
      return { out: task('out', { needs: { count }, load }) };
    });
    expectTypeOf(outputOf(w)).toEqualTypeOf<{ twice: number }>();
  });
});

describe('a definition', () => {
  test('knows its name', () => {
    expectTypeOf<NameOf<typeof release>>().toEqualTypeOf<'release'>();
  });

  test('knows its input as a caller writes it: JSON, defaults may be left out', () => {
    expectTypeOf<InputOf<typeof release>>().toEqualTypeOf<{ dir: string; ref?: string | undefined }>();
    expectTypeOf<InputOf<typeof nightly>>().toEqualTypeOf<undefined>();
  });

  test('knows its outputs decoded, and as JSON', () => {
    type Build = { image: string; at: number };
    expectTypeOf<OutputOf<typeof release>>().toEqualTypeOf<{ readonly build: Build; readonly stamp: Date }>();
    expectTypeOf<WireOutputOf<typeof release>>().toEqualTypeOf<{ readonly build: Build; readonly stamp: string }>();
  });

  test('has no outputs when it returns none', () => {
    expectTypeOf<OutputOf<typeof nightly>>().toEqualTypeOf<Readonly<Record<never, never>>>();
  });

  test('fits a list of definitions of any type', () => {
    expectTypeOf([release, nightly]).toExtend<readonly WorkflowDefinition[]>();
  });
});

describe('the engine', () => {
  test('gives the decoded outputs to who has the definition', () => {
    expectTypeOf(engine.start(release, { dir: '.' })).toEqualTypeOf<Promise<Run<OutputOf<typeof release>>>>();
    expectTypeOf(engine.execute(release, { dir: '.' })).toEqualTypeOf<Promise<OutputOf<typeof release>>>();
  });

  test('gives the JSON of the outputs to who has the type only', () => {
    type Wire = WireOutputOf<typeof release>;
    expectTypeOf(engine.start<typeof release>('release', { dir: '.' })).toEqualTypeOf<Promise<Run<Wire>>>();
    expectTypeOf(engine.execute<typeof release>('release', { dir: '.' })).toEqualTypeOf<Promise<Wire>>();
    expectTypeOf(engine.run<typeof release>('release-42')).toEqualTypeOf<Run<Wire>>();
  });

  test('gives unknown outputs to who has a name only', () => {
    expectTypeOf(engine.start('release', { dir: '.' })).toEqualTypeOf<Promise<Run<unknown>>>();
    expectTypeOf(engine.run('release-42')).toEqualTypeOf<Run<unknown>>();
  });

  test('lets the input be left out where the workflow takes none', () => {
    expectTypeOf(engine.start(nightly)).resolves.toEqualTypeOf<Run<OutputOf<typeof nightly>>>();
    expectTypeOf(engine.start<typeof nightly>('nightly')).resolves.toEqualTypeOf<Run<WireOutputOf<typeof nightly>>>();
    engine.start(nightly, undefined, { workflowId: 'nightly-1' });
    engine.plan(nightly);
  });

  test('takes any definition of a list', () => {
    const definitions: readonly WorkflowDefinition[] = [release, nightly];
    for (const definition of definitions) {
      expectTypeOf(engine.start(definition, {})).toEqualTypeOf<Promise<Run<unknown>>>();
    }
  });
});

test('a run in process has the decoded outputs', () => {
  expectTypeOf<ReturnType<typeof runInProcess<typeof release>>>().resolves.toEqualTypeOf<
    InProcessRun<OutputOf<typeof release>>
  >();
});
