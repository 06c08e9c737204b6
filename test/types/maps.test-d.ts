import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  type ItemContext,
  type OutputOf,
  optional,
  type TaskHandle,
  type WireOutputOf,
  workflow,
} from '../../src/index.js';
import { isoDate } from '../support/iso-date.js';

const regions = ['eu', 'us'];
const region = workflow('region', { input: z.object({ name: z.string(), at: isoDate.optional() }) }, ({ task }) => {
  return {
    size: task('size', { run: () => 3 }),
    made: task('made', { output: isoDate, run: () => new Date() }),
    scan: task('scan', { when: () => true, run: () => 'clean' }),
  };
});
type RegionOutput = { readonly size: number; readonly made: Date; readonly scan: string | undefined };
type RegionWire = { readonly size: number; readonly made: string; readonly scan: string | undefined };
const nightly = workflow('nightly', {}, () => {});

describe('a map', () => {
  test('gives each item, with its index and the needs, to its function', () => {
    workflow('w', { input: z.object({ dir: z.string() }) }, ({ task, map }) => {
      const build = task('build', { run: () => ({ image: 'x' }) });
      map('smoke', {
        needs: { build, lint: optional(build) },
        over: ({ build }, { input }) => [build.image.length, input.dir.length],
        run: (item, ctx) => {
          expectTypeOf(item).toEqualTypeOf<number>();
          expectTypeOf(ctx.index).toEqualTypeOf<number>();
          expectTypeOf(ctx.input).toEqualTypeOf<{ dir: string }>();
          expectTypeOf(ctx.needs).toEqualTypeOf<{
            readonly build: { image: string };
            readonly lint: { image: string } | undefined;
          }>();
          expectTypeOf(ctx).toExtend<ItemContext<{ dir: string }>>();
        },
      });
    });
  });

  test('takes its items from a promise, a tuple or objects', () => {
    workflow('w', {}, ({ map }) => {
      map('a', { over: async () => regions, run: (item) => expectTypeOf(item).toEqualTypeOf<string>() });
      map('b', { over: () => ['eu', 'us'] as const, run: (item) => expectTypeOf(item).toEqualTypeOf<'eu' | 'us'>() });
      map('c', {
        over: async () => [{ id: 1, at: [2] }],
        run: (item) => expectTypeOf(item).toEqualTypeOf<{ id: number; at: number[] }>(),
      });
      map('d', {
        over: (): readonly (string | null)[] => [null],
        run: (item) => expectTypeOf(item).toEqualTypeOf<string | null>(),
      });
    });
  });

  test('checks what its function returns against the schema before literals widen', () => {
    workflow('w', {}, ({ map, task }) => {
      const build = task('build', { run: () => 'x' });
      map('a', {
        needs: { build },
        over: ({ build }) => [build],
        output: z.object({ level: z.enum(['low', 'high']), at: z.tuple([z.number(), z.string()]) }),
        run: async (name) => ({ level: name === 'x' ? 'high' : 'low', at: [1, name] }),
      });
    });
  });

  test('gives a list of what its function resolves to', () => {
    const w = workflow('w', {}, ({ map }) => ({
      plain: map('plain', { over: () => regions, run: async (name) => ({ name, ok: true }) }),
      stamped: map('stamped', { over: () => regions, output: isoDate, run: () => new Date() }),
      loaded: map('loaded', { over: () => regions, load: async () => ({ run: (name: string) => name.length }) }),
    }));
    expectTypeOf<OutputOf<typeof w>>().toEqualTypeOf<{
      readonly plain: { name: string; ok: boolean }[];
      readonly stamped: Date[];
      readonly loaded: number[];
    }>();
    expectTypeOf<WireOutputOf<typeof w>['stamped']>().toEqualTypeOf<string[]>();
  });

  test('may return nothing for any item', () => {
    const w = workflow('w', {}, ({ map }) => ({ a: map('a', { over: () => regions, run: async () => {} }) }));
    expectTypeOf<OutputOf<typeof w>['a'][number]>().toEqualTypeOf<void>();
  });

  test('may return undefined for some where failures are tolerated, or with a schema', () => {
    const w = workflow('w', {}, ({ map }) => ({
      tolerant: map('tolerant', { over: () => regions, tolerate: 1, run: (name) => name.at(0) }),
      encoded: map('encoded', { over: () => regions, output: z.string().optional(), run: (name) => name.at(0) }),
    }));
    expectTypeOf<OutputOf<typeof w>>().toEqualTypeOf<{
      readonly tolerant: (string | undefined)[];
      readonly encoded: (string | undefined)[];
    }>();
  });

  test('has undefined, and no null, in its list when it tolerates failures', () => {
    const w = workflow('w', {}, ({ map, task }) => {
      const count = map('count', { over: () => regions, tolerate: 3, run: (name) => name.length });
      const share = map('share', { over: () => regions, tolerate: '10%', output: isoDate, run: () => new Date() });
      const nullable = map('nullable', {
        over: () => regions,
        tolerate: 1,
        run: (name) => (name.length > 2 ? name : null),
      });
      task('use', {
        needs: { count, nullable },
        run: (needs) =>
          expectTypeOf(needs).toEqualTypeOf<{
            readonly count: (number | undefined)[];
            readonly nullable: (string | undefined)[];
          }>(),
      });
      return { count, share };
    });
    expectTypeOf<OutputOf<typeof w>['share']>().toEqualTypeOf<(Date | undefined)[]>();
    expectTypeOf<WireOutputOf<typeof w>['share']>().toEqualTypeOf<(string | null)[]>();
  });

  test('can be absent as a task can: by its condition, its needs, or a failure that is allowed', () => {
    const w = workflow('w', {}, ({ map }) => ({
      asked: map('asked', { over: () => regions, when: () => true, run: () => 1 }),
      allowed: map('allowed', { over: () => regions, allowFailure: true, run: () => 1 }),
    }));
    expectTypeOf<OutputOf<typeof w>>().toEqualTypeOf<{
      readonly asked: number[] | undefined;
      readonly allowed: number[] | undefined;
    }>();
  });
});

describe('a map over a workflow', () => {
  test('gives a list of the outputs of its runs, decoded and as JSON', () => {
    const w = workflow('w', {}, ({ map }) => ({
      all: map('all', { over: () => [{ name: 'eu' }], workflow: region }),
      most: map('most', { over: () => [{ name: 'eu' }], workflow: region, tolerate: '5%' }),
    }));
    expectTypeOf<OutputOf<typeof w>>().toEqualTypeOf<{
      readonly all: RegionOutput[];
      readonly most: (RegionOutput | undefined)[];
    }>();
    expectTypeOf<WireOutputOf<typeof w>>().toEqualTypeOf<{
      readonly all: RegionWire[];
      readonly most: (RegionWire | null)[];
    }>();
  });

  test('checks items and inputs before literals widen', () => {
    const graded = workflow('graded', { input: z.object({ grade: z.enum(['a', 'b']), of: z.string() }) }, () => {});
    workflow('w', {}, ({ map, task }) => {
      const build = task('build', { run: () => ['x'] });
      map('items', { needs: { build }, over: ({ build }) => [{ grade: 'a', of: `${build}` }], workflow: graded });
      map('inputs', {
        needs: { build },
        over: ({ build }) => build,
        workflow: graded,
        with: (of) => ({ grade: 'b', of }),
      });
    });
  });

  test('makes the input of each run from an item', () => {
    workflow('w', {}, ({ map }) => {
      const handle = map('all', {
        over: () => regions,
        workflow: region,
        with: async (name, ctx) => {
          expectTypeOf(name).toEqualTypeOf<string>();
          expectTypeOf(ctx).toEqualTypeOf<ItemContext<undefined, Readonly<Record<never, never>>>>();
          return { name };
        },
      });
      expectTypeOf(handle).toEqualTypeOf<TaskHandle<RegionOutput[], RegionWire[]>>();
    });
  });
});

describe('of a map it must not compile', () => {
  test('that an item is not JSON', () => {
    workflow('w', {}, ({ map }) => {
      // @ts-expect-error JSON makes a Date a string
      map('a', { over: () => [new Date()], run: () => 1 });
      // @ts-expect-error JSON makes undefined in an array null
      map('a', { over: () => ['eu', undefined], run: () => 1 });
      // @ts-expect-error JSON makes a Map {}
      map('a', { over: async () => [{ at: new Map<string, string>() }], run: () => 1 });
    });
  });

  test('that it is over something else than a list', () => {
    workflow('w', {}, ({ map }) => {
      // @ts-expect-error a number
      map('a', { over: () => 3, run: () => 1 });
      // @ts-expect-error a constant
      map('a', { over: regions, run: () => 1 });
      // @ts-expect-error nothing
      map('a', { run: () => 1 });
    });
  });

  test('that its function takes another item', () => {
    workflow('w', {}, ({ map }) => {
      // @ts-expect-error it is a string
      map('a', { over: () => regions, run: (item: number) => item });
      // @ts-expect-error it is a string
      map('a', { over: () => regions, run: (item) => item * 2 });
    });
  });

  test('that an output is not JSON, or does not fit its schema', () => {
    workflow('w', {}, ({ map }) => {
      // @ts-expect-error JSON makes a Date a string
      map('a', { over: () => regions, run: () => new Date() });
      // @ts-expect-error it returns a string
      map('a', { over: () => regions, output: z.number(), run: () => '3' });
      // @ts-expect-error it is low or high
      map('a', { over: () => regions, output: z.enum(['low', 'high']), run: async (name) => `${name}` });
      // @ts-expect-error JSON makes undefined in an array null
      map('a', { over: () => regions, run: (name) => name.at(0) });
    });
  });

  test('that it tolerates anything but a number or a percentage', () => {
    workflow('w', {}, ({ map }) => {
      // @ts-expect-error no percent sign
      map('a', { over: () => regions, tolerate: '10', run: () => 1 });
      // @ts-expect-error a boolean
      map('a', { over: () => regions, tolerate: true, run: () => 1 });
    });
  });

  test('that an output is taken for granted where failures are tolerated', () => {
    workflow('w', {}, ({ map, task }) => {
      const names = map('a', { over: () => regions, tolerate: 1, run: (name) => name });
      // @ts-expect-error it may be undefined
      task('use', { needs: { names }, run: ({ names }) => names.map((name) => name.length) });
    });
  });

  test('that it has an unknown option', () => {
    workflow('w', {}, ({ map }) => {
      // @ts-expect-error it is `concurrency`
      map('a', { over: () => regions, concurency: 3, run: () => 1 });
    });
  });

  test('that it has none or two of run, load and workflow', () => {
    workflow('w', {}, ({ map }) => {
      // @ts-expect-error none
      map('a', { over: () => regions });
      // @ts-expect-error two
      map('a', { over: () => regions, run: () => 1, load: async () => ({ run: () => 1 }) });
      // @ts-expect-error two
      map('a', { over: () => [{ name: 'eu' }], workflow: region, run: () => 1 });
    });
  });

  test('that the items are not the input of the workflow, without `with`', () => {
    workflow('w', {}, ({ map }) => {
      // @ts-expect-error the input is { name }
      map('a', { over: () => regions, workflow: region });
      // @ts-expect-error it takes no input
      map('a', { over: () => regions, workflow: nightly });
    });
  });

  test('that `with` makes another input', () => {
    workflow('w', {}, ({ map }) => {
      // @ts-expect-error the name is missing
      map('a', { over: () => regions, workflow: region, with: () => ({}) });
      // @ts-expect-error a number
      map('a', { over: () => regions, workflow: region, with: (item) => ({ name: item.length }) });
    });
  });

  test('that `with` stands beside `run`', () => {
    workflow('w', {}, ({ map }) => {
      // @ts-expect-error there is no workflow
      map('a', { over: () => regions, run: () => 1, with: () => ({}) });
    });
  });

  test('that there is an output schema for what another workflow gives', () => {
    workflow('w', {}, ({ map }) => {
      // @ts-expect-error the workflow has its own
      map('a', { over: () => [{ name: 'eu' }], workflow: region, output: z.number() });
    });
  });
});
