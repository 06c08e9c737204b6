import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { type OrchestrationEngine, type OutputOf, optional, workflow } from '../../src/index.js';

declare const engine: OrchestrationEngine;
const input = z.object({ ref: z.string() });

describe('a task may be cached', () => {
  test('with a version of the cache, or of the task', () => {
    workflow('w', {}, ({ task }) => {
      task('a', { cache: { ttl: '1h', version: 1 }, run: () => 1 });
      task('b', { version: 'v2', cache: { ttl: 3_600_000 }, run: () => 1 });
      task('c', { version: 2, cache: { ttl: '1h', version: '3' }, run: () => 1 });
    });
  });

  test('with a key, made of what the handler gets', () => {
    workflow('w', { input }, ({ task }) => {
      const build = task('build', { run: () => ({ image: 'x' }) });
      task('scan', {
        needs: { build, lint: optional(build) },
        cache: {
          ttl: '1h',
          key: ({ build, lint }, { input }) => {
            expectTypeOf(build).toEqualTypeOf<{ image: string }>();
            expectTypeOf(lint).toEqualTypeOf<{ image: string } | undefined>();
            expectTypeOf(input).toEqualTypeOf<{ ref: string }>();
            return [build.image, input.ref];
          },
        },
        run: ({ build }) => build.image,
      });
      task('later', { cache: { ttl: '1h', version: 1, key: async (_, { input }) => input.ref }, run: () => 1 });
    });
  });

  test('without a change to what its consumers get', () => {
    const cached = workflow('w', { input }, ({ task }) => {
      const build = task('build', {
        cache: { ttl: '1h', key: (_, { input }) => input.ref },
        run: async () => ({ image: 'x' }),
      });
      const made = task('made', {
        output: z.object({ kind: z.enum(['a', 'b']) }),
        cache: { ttl: '1h', version: 1 },
        run: (_) => ({ kind: 'a' }),
      });
      return { build, made };
    });
    expectTypeOf<OutputOf<typeof cached>['build']>().toEqualTypeOf<{ image: string }>();
    expectTypeOf<OutputOf<typeof cached>['made']>().toEqualTypeOf<{ kind: 'a' | 'b' }>();
  });
});

test("a map's items may be cached, with a key made of an item", () => {
  workflow('w', { input }, ({ task, map }) => {
    const build = task('build', { run: () => ({ image: 'x' }) });
    map('smoke', {
      needs: { build },
      over: () => [{ region: 'eu' }],
      cache: {
        ttl: '1h',
        key: (item, ctx) => {
          expectTypeOf(item).toEqualTypeOf<{ region: string }>();
          expectTypeOf(ctx.needs).toEqualTypeOf<{ readonly build: { image: string } }>();
          expectTypeOf(ctx.index).toEqualTypeOf<number>();
          return [item.region, ctx.needs.build.image];
        },
      },
      run: (item) => {
        expectTypeOf(item).toEqualTypeOf<{ region: string }>();
        return item.region;
      },
    });
    map('plain', { over: () => [1, 2], cache: { ttl: '1h', version: 1 }, run: (item) => item + 1 });
    map('schema', {
      over: () => [1, 2],
      version: 1,
      cache: { ttl: '1h' },
      output: z.number(),
      run: (item) => item + 1,
    });
  });
});

describe('a cache must not be', () => {
  test('without a version and a key', () => {
    workflow('w', {}, ({ task, map }) => {
      // @ts-expect-error nothing could say that the function has changed
      task('a', { cache: { ttl: '1h' }, run: () => 1 });
      // @ts-expect-error nothing could say that the function has changed
      map('b', { over: () => [1], cache: { ttl: '1h' }, run: (item) => item });
    });
  });

  test('without a time to live', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error it would never end
      task('a', { cache: { version: 1 }, run: () => 1 });
    });
  });

  test('of what has a compensation', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error there is nothing that this run could undo
      task('a', { cache: { ttl: '1h', version: 1 }, run: () => 1, compensate: () => {} });
    });
  });

  test('given a key that JSON does not carry', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error a Date is no JSON
      task('a', { cache: { ttl: '1h', key: () => new Date() }, run: () => 1 });
    });
  });

  test('of a node of another kind', () => {
    const child = workflow('child', {}, ({ task }) => ({ a: task('a', { run: () => 1 }) }));
    workflow('w', {}, ({ approval, subworkflow, map, sleep, resource }) => {
      // @ts-expect-error a decision is not cached
      approval('a', { cache: { ttl: '1h', version: 1 } });
      // @ts-expect-error its tasks may be
      subworkflow('b', child, { cache: { ttl: '1h', version: 1 } });
      // @ts-expect-error the tasks of the child may be
      map('c', { over: () => [undefined], workflow: child, cache: { ttl: '1h', version: 1 } });
      // @ts-expect-error a wait is not cached
      sleep('d', '1h', { cache: { ttl: '1h', version: 1 } });
      // @ts-expect-error it is destroyed with its run
      resource('e', { create: () => 1, destroy: () => {}, cache: { ttl: '1h', version: 1 } });
    });
  });
});

test('a start and a rerun may bypass the cache, and nothing else', () => {
  const nightly = workflow('nightly', {}, () => {});
  void engine.start(nightly, undefined, { cache: 'bypass' });
  void engine.rerun('nightly', { from: ['a'], cache: 'bypass' });
  // @ts-expect-error there is no other way
  void engine.start(nightly, undefined, { cache: 'refresh' });
});
