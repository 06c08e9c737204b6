import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  type OrchestrationEngine,
  type RerunPlan,
  type Run,
  type RunItemsPage,
  type RunSnapshot,
  workflow,
} from '../../src/index.js';

declare const engine: OrchestrationEngine;

const release = workflow('release', { input: z.object({ ref: z.string() }) }, ({ task }) => ({
  build: task('build', { run: () => 7 }),
}));

test('a dry run gives a plan, whatever else is said', () => {
  expectTypeOf(engine.rerun('release-42', { dryRun: true })).resolves.toEqualTypeOf<RerunPlan>();
  expectTypeOf(
    engine.rerun('release-42', { definition: 'latest', workflow: release, dryRun: true }),
  ).resolves.toEqualTypeOf<RerunPlan>();
});

test('with the definition a rerun has its types', () => {
  const run = engine.rerun('release-42', { definition: 'latest', workflow: release });
  expectTypeOf(run).resolves.toEqualTypeOf<Run<{ readonly build: number }>>();
});

test('without it, those that the caller says', () => {
  const run = engine.rerun<typeof release>('release-42', { from: ['build'] });
  expectTypeOf(run).resolves.toEqualTypeOf<Run<{ readonly build: number }>>();
});

test('the latest definition must be given', () => {
  // @ts-expect-error there is no workflow
  void engine.rerun('release-42', { definition: 'latest' });
});

test('status gives a page where items are asked for, else the snapshot', () => {
  const run = engine.run('release-42');
  expectTypeOf(run.status()).resolves.toEqualTypeOf<RunSnapshot>();
  expectTypeOf(run.status({ items: 'smoke' })).resolves.toEqualTypeOf<RunItemsPage>();
});
