import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { type Approval, type OutputOf, type TaskHandle, type WireOutputOf, workflow } from '../../src/index.js';
import { isoDate } from '../support/iso-date.js';

const order = z.object({ kind: z.enum(['new', 'change']), at: isoDate, tags: z.array(z.string()) });

describe('an approval', () => {
  test('gives who, when and why', () => {
    workflow('w', {}, ({ approval, task }) => {
      const goLive = approval('go-live');
      expectTypeOf(goLive).toEqualTypeOf<TaskHandle<Approval, Approval>>();
      task('deploy', {
        needs: { goLive },
        run: ({ goLive }) => {
          expectTypeOf(goLive.by).toEqualTypeOf<string>();
          expectTypeOf(goLive.at).toEqualTypeOf<string>();
          expectTypeOf(goLive.reason).toEqualTypeOf<string | undefined>();
        },
      });
    });
  });

  test('can be absent if it is skipped when its time is over, and not if it fails or has a value', () => {
    const w = workflow('w', {}, ({ approval }) => ({
      plain: approval('plain', { timeout: '24h' }),
      fails: approval('fails', { timeout: '24h', onTimeout: 'fail' }),
      skipped: approval('skipped', { timeout: '24h', onTimeout: 'skip' }),
      given: approval('given', { timeout: 1_000, onTimeout: { value: { by: 'nobody', at: '2026-01-01T00:00:00Z' } } }),
      asked: approval('asked', { when: async () => true }),
    }));
    expectTypeOf<OutputOf<typeof w>>().toEqualTypeOf<{
      readonly plain: Approval;
      readonly fails: Approval;
      readonly skipped: Approval | undefined;
      readonly given: Approval;
      readonly asked: Approval | undefined;
    }>();
  });

  test('asks its condition with its needs', () => {
    workflow('w', { input: z.object({ ref: z.string() }) }, ({ approval, task }) => {
      const build = task('build', { run: () => ({ risk: 3 }) });
      approval('go-live', { needs: { build }, when: ({ build }, { input }) => build.risk > 2 || input.ref === 'main' });
    });
  });
});

describe('an event', () => {
  test('gives the value, decoded', () => {
    const w = workflow('w', {}, ({ event, task }) => {
      const placed = event('placed', { schema: order });
      task('use', { needs: { placed }, run: ({ placed }) => expectTypeOf(placed.at).toEqualTypeOf<Date>() });
      return { placed };
    });
    expectTypeOf<OutputOf<typeof w>['placed']>().toEqualTypeOf<z.output<typeof order>>();
    expectTypeOf<WireOutputOf<typeof w>['placed']>().toEqualTypeOf<z.input<typeof order>>();
  });

  test('takes a value for when its time is over, as its consumers get it', () => {
    const w = workflow('w', {}, ({ event }) => ({
      given: event('given', {
        schema: order,
        timeout: '1h',
        onTimeout: { value: { kind: 'new', at: new Date(), tags: ['x'] } },
      }),
      skipped: event('skipped', { schema: z.number(), timeout: '1h', onTimeout: 'skip' }),
      fails: event('fails', { schema: z.number(), timeout: '1h', onTimeout: 'fail' }),
    }));
    expectTypeOf<OutputOf<typeof w>>().toEqualTypeOf<{
      readonly given: z.output<typeof order>;
      readonly skipped: number | undefined;
      readonly fails: number;
    }>();
  });
});

describe('a sleep', () => {
  test('takes a duration or a date, and gives nothing', () => {
    workflow('w', {}, ({ sleep, task }) => {
      const build = task('build', { run: () => 1 });
      const pause = sleep('pause', '10m', { needs: { build } });
      expectTypeOf(pause).toEqualTypeOf<TaskHandle<void, void>>();
      sleep('other', 500);
      sleep('until', new Date(0), { needs: { build }, when: ({ build }) => build > 0 });
      task('after', { needs: { build, pause }, run: ({ build }) => build });
    });
  });
});

describe('of a wait it must not compile', () => {
  test('that a value for when the time is over does not fit', () => {
    workflow('w', {}, ({ approval, event }) => {
      // @ts-expect-error no `at`
      approval('a', { timeout: '1h', onTimeout: { value: { by: 'x' } } });
      // @ts-expect-error it is new or change
      event('b', { schema: order, timeout: '1h', onTimeout: { value: { kind: 'x', at: new Date(), tags: [] } } });
      // @ts-expect-error a Date, and not its JSON
      event('c', { schema: isoDate, timeout: '1h', onTimeout: { value: '2026-01-01T00:00:00Z' } });
      // @ts-expect-error it is skip
      event('d', { schema: isoDate, timeout: '1h', onTimeout: 'skipp' });
    });
  });

  test('that an event has no schema, or one that does not read JSON', () => {
    workflow('w', {}, ({ event }) => {
      // @ts-expect-error no schema
      event('a', {});
      // @ts-expect-error it needs z.codec
      event('b', { schema: z.date() });
    });
  });

  test('that an approval which may be skipped is taken for granted', () => {
    const w = workflow('w', {}, ({ approval }) => ({ a: approval('a', { timeout: 1, onTimeout: 'skip' }) }));
    type A = OutputOf<typeof w>['a'];
    // @ts-expect-error it may be undefined
    ((a: A) => a.by)({ by: 'x', at: '' });
  });

  test('that it has a function, or an unknown option', () => {
    workflow('w', {}, ({ approval, sleep }) => {
      // @ts-expect-error it only waits
      approval('a', { run: () => 1 });
      // @ts-expect-error it is `timeout`
      approval('b', { timout: '24h' });
      // @ts-expect-error a sleep has no timeout
      sleep('c', '1h', { timeout: '2h' });
    });
  });

  test('that a sleep takes another time', () => {
    workflow('w', {}, ({ sleep }) => {
      // @ts-expect-error a parsec is a length
      sleep('a', '10 parsecs');
      // @ts-expect-error no time
      sleep('b', { needs: {} });
    });
  });
});
