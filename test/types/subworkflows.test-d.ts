import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { type OutputOf, optional, type TaskContext, type WireOutputOf, workflow } from '../../src/index.js';
import { isoDate } from '../support/iso-date.js';

const deploy = workflow(
  'deploy',
  { input: z.object({ image: z.string(), level: z.enum(['low', 'high']).default('low'), ports: z.array(z.number()) }) },
  ({ task }) => ({
    at: task('at', { output: isoDate, run: () => new Date() }),
    scan: task('scan', { when: () => true, run: () => 'clean' }),
  }),
);
type Deployed = { readonly at: Date; readonly scan: string | undefined };
type WireDeployed = { readonly at: string; readonly scan: string | undefined };
const nightly = workflow('nightly', {}, ({ task }) => ({ count: task('count', { run: () => 3 }) }));
const tidy = workflow('tidy', { input: z.object({ dir: z.string() }).optional() }, () => {});

describe('a subworkflow', () => {
  test('gives the outputs of its workflow, decoded to its consumers, and as JSON to who has the type only', () => {
    const w = workflow('w', {}, ({ subworkflow, task }) => {
      const live = subworkflow('live', deploy, { with: () => ({ image: 'x', ports: [] }) });
      task('use', { needs: { live }, run: ({ live }) => expectTypeOf(live).toEqualTypeOf<Deployed>() });
      task('perhaps', {
        needs: { live: optional(live) },
        run: ({ live }) => expectTypeOf(live).toEqualTypeOf<Deployed | undefined>(),
      });
      return { live };
    });
    expectTypeOf<OutputOf<typeof w>>().toEqualTypeOf<{ readonly live: Deployed }>();
    expectTypeOf<WireOutputOf<typeof w>>().toEqualTypeOf<{ readonly live: WireDeployed }>();
  });

  test('makes the input as a caller writes it: defaults left out, literals as they are', () => {
    workflow('w', { input: z.object({ dir: z.string() }) }, ({ subworkflow, task }) => {
      const build = task('build', { run: () => ({ image: 'x' }) });
      subworkflow('a', deploy, {
        needs: { build },
        with: ({ build }, ctx) => {
          expectTypeOf(ctx).toEqualTypeOf<TaskContext<{ dir: string }>>();
          return { image: build.image, level: 'high', ports: [1] };
        },
      });
      subworkflow('b', deploy, { with: async () => ({ image: 'x', ports: [] }) });
    });
  });

  test('needs no `with`, and no options at all, where its workflow can do without an input', () => {
    const w = workflow('w', {}, ({ subworkflow }) => {
      subworkflow('c', tidy);
      subworkflow('d', tidy, { title: 'Tidy' });
      return { a: subworkflow('a', nightly), b: subworkflow('b', nightly, { when: () => true }) };
    });
    expectTypeOf<OutputOf<typeof w>>().toEqualTypeOf<{
      readonly a: { readonly count: number };
      readonly b: { readonly count: number } | undefined;
    }>();
  });

  test('gives each need by the trigger rule', () => {
    workflow('w', {}, ({ subworkflow, task }) => {
      const build = task('build', { run: () => 'x' });
      subworkflow('a', deploy, {
        needs: { build },
        trigger: 'none_failed',
        with: ({ build }) => {
          expectTypeOf(build).toEqualTypeOf<string | undefined>();
          return { image: build ?? '', ports: [] };
        },
      });
    });
  });
});

describe('of a subworkflow it must not compile', () => {
  test('that there is no `with` where its workflow needs an input', () => {
    workflow('w', {}, ({ subworkflow }) => {
      // @ts-expect-error no options
      subworkflow('a', deploy);
      // @ts-expect-error no `with`
      subworkflow('a', deploy, {});
    });
  });

  test('that `with` makes another input', () => {
    workflow('w', {}, ({ subworkflow }) => {
      // @ts-expect-error no ports
      subworkflow('a', deploy, { with: () => ({ image: 'x' }) });
      // @ts-expect-error it is low or high
      subworkflow('a', deploy, { with: () => ({ image: 'x', ports: [], level: 'middle' }) });
      // @ts-expect-error it takes none
      subworkflow('a', nightly, { with: () => ({ image: 'x' }) });
    });
  });

  test('that it is something else than a workflow', () => {
    workflow('w', {}, ({ subworkflow, task }) => {
      // @ts-expect-error a name
      subworkflow('a', 'nightly');
      // @ts-expect-error a task
      subworkflow('a', task('b', { run: () => 1 }), {});
    });
  });

  test('that it has a function of its own, or an unknown option', () => {
    workflow('w', {}, ({ subworkflow }) => {
      // @ts-expect-error the workflow runs
      subworkflow('a', nightly, { run: () => 1 });
      // @ts-expect-error its outputs have schemas of their own
      subworkflow('a', nightly, { output: z.number() });
      // @ts-expect-error it is `title`
      subworkflow('a', nightly, { titel: 'x' });
    });
  });
});
