import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  type OrchestrationEngine,
  type OutputOf,
  optional,
  type Run,
  settled,
  type TaskContext,
  type TaskHandle,
  type TaskResult,
  type TriggerRule,
  type WireOutputOf,
  workflow,
} from '../../src/index.js';
import { isoDate } from '../support/iso-date.js';

declare const engine: OrchestrationEngine;

describe('what a handler gets of a need that is', () => {
  test('plain, is the value, also where its task can be skipped', () => {
    workflow('w', {}, ({ task }) => {
      const scan = task('scan', { when: () => true, run: () => 'report' });
      task('use', { needs: { scan }, run: ({ scan }) => expectTypeOf(scan).toEqualTypeOf<string>() });
    });
  });

  test('optional, is the value or undefined', () => {
    workflow('w', {}, ({ task }) => {
      const scan = task('scan', { output: isoDate, run: () => new Date() });
      task('use', {
        needs: { scan: optional(scan) },
        run: (needs) => expectTypeOf(needs).toEqualTypeOf<{ readonly scan: Date | undefined }>(),
      });
    });
  });

  test('settled, is its result', () => {
    workflow('w', {}, ({ task }) => {
      const scan = task('scan', { output: isoDate, run: () => new Date() });
      task('use', {
        needs: { scan: settled(scan) },
        run: ({ scan }) => {
          expectTypeOf(scan).toEqualTypeOf<TaskResult<Date>>();
          if (scan.status === 'succeeded') expectTypeOf(scan.output).toEqualTypeOf<Date>();
          if (scan.status === 'failed') expectTypeOf(scan.error.message).toEqualTypeOf<string>();
        },
      });
    });
  });

  test('one of several, each in its own way', () => {
    workflow('w', {}, ({ task }) => {
      const a = task('a', { run: () => 1 });
      const b = task('b', { run: () => 'b' });
      const c = task('c', { run: () => true });
      task('use', {
        needs: { a, second: optional(b), third: settled(c) },
        run: (needs) =>
          expectTypeOf(needs).toEqualTypeOf<{
            readonly a: number;
            readonly second: string | undefined;
            readonly third: TaskResult<boolean>;
          }>(),
      });
    });
  });
});

describe('with the trigger rule', () => {
  test('all_success, each need is its value', () => {
    workflow('w', {}, ({ task }) => {
      const a = task('a', { run: () => 1 });
      task('use', { needs: { a }, trigger: 'all_success', run: ({ a }) => expectTypeOf(a).toEqualTypeOf<number>() });
    });
  });

  test('none_failed, each need is its value or undefined', () => {
    workflow('w', {}, ({ task }) => {
      const a = task('a', { run: () => 1 });
      const b = task('b', { run: () => 'b' });
      task('use', {
        needs: { a, b },
        trigger: 'none_failed',
        run: (needs) =>
          expectTypeOf(needs).toEqualTypeOf<{ readonly a: number | undefined; readonly b: string | undefined }>(),
      });
    });
  });

  test('all_done, one_success, one_failed, all_failed or none_skipped, each need is its result', () => {
    workflow('w', {}, ({ task }) => {
      const a = task('a', { run: () => 1 });
      const needs = { a };
      task('t1', { needs, trigger: 'all_done', run: ({ a }) => expectTypeOf(a).toEqualTypeOf<TaskResult<number>>() });
      task('t2', {
        needs,
        trigger: 'one_success',
        run: ({ a }) => expectTypeOf(a).toEqualTypeOf<TaskResult<number>>(),
      });
      task('t3', { needs, trigger: 'one_failed', run: ({ a }) => expectTypeOf(a).toEqualTypeOf<TaskResult<number>>() });
      task('t4', { needs, trigger: 'all_failed', run: ({ a }) => expectTypeOf(a).toEqualTypeOf<TaskResult<number>>() });
      task('t5', {
        needs,
        trigger: 'none_skipped',
        run: ({ a }) => expectTypeOf(a).toEqualTypeOf<TaskResult<number>>(),
      });
    });
  });

  test('of a variable, each need is whatever one of the rules gives', () => {
    const trigger = 'all_done' as TriggerRule;
    workflow('w', {}, ({ task }) => {
      const a = task('a', { run: () => 1 });
      task('use', {
        needs: { a },
        trigger,
        run: ({ a }) => expectTypeOf(a).toEqualTypeOf<number | undefined | TaskResult<number>>(),
      });
    });
  });

  test('a schema of its own and a loaded handler are typed as without', () => {
    const w = workflow('w', {}, ({ task }) => {
      const a = task('a', { run: () => 1 });
      const load = async () => ({ run: ({ a }: { a: TaskResult<number> }) => a.status });
      task('level', {
        needs: { a },
        trigger: 'all_done',
        output: z.enum(['low', 'high']),
        run: ({ a }) => (a.status === 'failed' ? 'low' : 'high'),
      });
      return { out: task('out', { needs: { a }, trigger: 'all_done', load }) };
    });
    expectTypeOf<OutputOf<typeof w>['out']>().toEqualTypeOf<TaskResult<number>['status']>();
  });
});

describe('a condition', () => {
  test('gets the same needs and context as the handler', () => {
    workflow('w', { input: z.object({ ref: z.string() }) }, ({ task }) => {
      const a = task('a', { run: () => 1 });
      task('use', {
        needs: { a: optional(a) },
        when: (needs, context) => {
          expectTypeOf(needs).toEqualTypeOf<{ readonly a: number | undefined }>();
          expectTypeOf(context).toEqualTypeOf<TaskContext<{ ref: string }>>();
          return context.input.ref === 'main' && needs.a !== 2;
        },
        run: ({ a }) => expectTypeOf(a).toEqualTypeOf<number | undefined>(),
      });
    });
  });

  test('may be a promise', () => {
    const w = workflow('w', {}, ({ task }) => ({ a: task('a', { when: async () => true, run: () => 1 }) }));
    expectTypeOf<OutputOf<typeof w>['a']>().toEqualTypeOf<number | undefined>();
  });

  test('leaves the output as it was inferred without it', () => {
    const w = workflow('w', { input: z.boolean() }, ({ task }) => ({
      out: task('out', {
        when: (_, { input }) => input,
        run: async (_, { input }) => ({ kind: input ? 'x' : 'y', n: [1] }),
      }),
    }));
    expectTypeOf<OutputOf<typeof w>['out']>().toEqualTypeOf<{ kind: string; n: number[] } | undefined>();
  });

  test('may stand in the module that is loaded', () => {
    const w = workflow('w', {}, ({ task }) => {
      const a = task('a', { run: () => 1 });
      const load = async () => ({
        when: async ({ a }: { a: number }) => a > 0,
        run: async ({ a }: { a: number }) => `${a}`,
      });
      return { out: task('out', { needs: { a }, load }) };
    });
    expectTypeOf<OutputOf<typeof w>['out']>().toEqualTypeOf<string | undefined>();
  });
});

describe('the result of a workflow', () => {
  const w = workflow('w', { input: z.boolean() }, ({ task }) => {
    const sure = task('sure', { run: () => 1 });
    const scan = task('scan', { when: (_, { input }) => input, output: isoDate, run: () => new Date() });
    const lint = task('lint', { allowFailure: true, run: () => 1 });
    const after = task('after', { needs: { scan }, run: () => 1 });
    const farAfter = task('farAfter', { needs: { sure, after }, run: () => 1 });
    return {
      sure,
      scan,
      lint,
      after,
      farAfter,
      afterLint: task('afterLint', { needs: { lint }, run: () => 1 }),
      strict: task('strict', { allowFailure: false, run: () => 1 }),
      byOptional: task('byOptional', { needs: { sure, scan: optional(scan), lint: optional(lint) }, run: () => 1 }),
      bySettled: task('bySettled', { needs: { farAfter: settled(farAfter) }, run: () => 1 }),
      noneFailed: task('noneFailed', { needs: { scan, lint }, trigger: 'none_failed', run: () => 1 }),
      allDone: task('allDone', { needs: { scan, lint }, trigger: 'all_done', run: () => 1 }),
      allSuccess: task('allSuccess', { needs: { scan }, trigger: 'all_success', run: () => 1 }),
      oneSuccess: task('oneSuccess', { needs: { sure }, trigger: 'one_success', run: () => 1 }),
      oneFailed: task('oneFailed', { needs: { sure }, trigger: 'one_failed', run: () => 1 }),
      allFailed: task('allFailed', { needs: { sure }, trigger: 'all_failed', run: () => 1 }),
      noneSkipped: task('noneSkipped', { needs: { sure }, trigger: 'none_skipped', run: () => 1 }),
    };
  });
  type Promised = number;
  type Perhaps = number | undefined;

  test('has undefined for an output that a run can be completed without, and for no other', () => {
    expectTypeOf<OutputOf<typeof w>>().toEqualTypeOf<{
      readonly sure: Promised;
      readonly scan: Date | undefined;
      readonly lint: Perhaps;
      readonly after: Perhaps;
      readonly farAfter: Perhaps;
      readonly afterLint: Perhaps;
      readonly strict: Promised;
      readonly byOptional: Promised;
      readonly bySettled: Promised;
      readonly noneFailed: Promised;
      readonly allDone: Promised;
      readonly allSuccess: Perhaps;
      readonly oneSuccess: Perhaps;
      readonly oneFailed: Perhaps;
      readonly allFailed: Perhaps;
      readonly noneSkipped: Perhaps;
    }>();
  });

  test('has it as JSON, too, for who has the type only', () => {
    expectTypeOf<WireOutputOf<typeof w>['scan']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<WireOutputOf<typeof w>['sure']>().toEqualTypeOf<number>();
    expectTypeOf(engine.run<typeof w>('w-1')).toEqualTypeOf<Run<WireOutputOf<typeof w>>>();
  });
});

describe('it must not compile', () => {
  test('that an optional need is used as if it were always there', () => {
    workflow('w', {}, ({ task }) => {
      const scan = task('scan', { run: () => ({ report: 'clean' }) });
      // @ts-expect-error it may be undefined
      task('use', { needs: { scan: optional(scan) }, run: ({ scan }) => scan.report });
      // @ts-expect-error it is a result
      task('use', { needs: { scan: settled(scan) }, run: ({ scan }) => scan.report });
      // @ts-expect-error it may be undefined
      task('use', { needs: { scan }, trigger: 'none_failed', run: ({ scan }) => scan.report });
      // @ts-expect-error it is a result
      task('use', { needs: { scan }, trigger: 'all_done', run: ({ scan }) => scan.report });
    });
  });

  test('that a result is used without asking how it ended', () => {
    workflow('w', {}, ({ task }) => {
      const scan = task('scan', { run: () => 1 });
      // @ts-expect-error there is an output only if it succeeded
      task('use', { needs: { scan: settled(scan) }, run: ({ scan }) => scan.output });
    });
  });

  test('that a task has both a trigger and a wrapped need', () => {
    workflow('w', {}, ({ task }) => {
      const a = task('a', { run: () => 1 });
      const b = task('b', { run: () => 1 });
      // @ts-expect-error one of the two
      task('use', { needs: { a, b: optional(b) }, trigger: 'all_done', run: () => 1 });
      // @ts-expect-error one of the two
      task('use', { needs: { a: settled(a) }, trigger: 'all_success', run: () => 1 });
    });
  });

  test('that a trigger is none of the rules', () => {
    workflow('w', {}, ({ task }) => {
      const a = task('a', { run: () => 1 });
      // @ts-expect-error it is `all_success`
      task('use', { needs: { a }, trigger: 'all_sucess', run: () => 1 });
    });
  });

  test('that a condition says anything but a boolean', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error a string
      task('a', { when: () => 'yes', run: () => 1 });
      // @ts-expect-error nothing
      task('a', { when: () => {}, run: () => 1 });
      // @ts-expect-error a promise of a string
      task('a', { when: async () => 'yes', run: () => 1 });
      // @ts-expect-error a constant
      task('a', { when: true, run: () => 1 });
      // @ts-expect-error a string
      task('a', { load: async () => ({ when: () => 'yes', run: () => 1 }) });
    });
  });

  test('that a condition uses what is not among the needs', () => {
    workflow('w', {}, ({ task }) => {
      const a = task('a', { run: () => 1 });
      // @ts-expect-error there is no b
      task('use', { needs: { a }, when: ({ b }) => b, run: () => 1 });
    });
  });

  test('that something else than a task is wrapped', () => {
    workflow('w', {}, ({ task }) => {
      const a = task('a', { run: () => 1 });
      // @ts-expect-error it is wrapped already
      optional(settled(a));
      // @ts-expect-error it is a name
      settled('a');
    });
  });

  test('that a wrapped need is an output', () => {
    // @ts-expect-error return the task itself
    workflow('w', {}, ({ task }) => ({ a: optional(task('a', { run: () => 1 })) }));
  });

  test('that the result of a task which can be skipped is taken for granted', () => {
    const skippable = workflow('w', {}, ({ task }) => ({ a: task('a', { when: () => true, run: () => 'x' }) }));
    // @ts-expect-error it may be undefined
    engine.execute(skippable).then(({ a }) => a.length);
  });

  test('that a task which can be skipped is taken for one that can not', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error it may be absent: TaskHandle<number, number, undefined>
      const handle: TaskHandle<number, number> = task('a', { when: () => true, run: () => 1 });
      return { handle };
    });
  });

  test('that allowFailure is anything but a boolean', () => {
    workflow('w', {}, ({ task }) => {
      // @ts-expect-error a string
      task('a', { allowFailure: 'yes', run: () => 1 });
    });
  });
});
