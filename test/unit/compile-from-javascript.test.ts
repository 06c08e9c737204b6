import { describe, expect, test } from 'vitest';
import { compile } from '../../src/define/compile.js';
import { DefinitionError, type DefinitionProblem } from '../../src/define/definition-error.js';
import { workflow } from '../../src/define/workflow.js';
import type { WorkflowDefinition } from '../../src/define/workflow-definition.js';

/** What the types would refuse: JavaScript can pass anything. */
type Loose = (id: string, options?: unknown) => never;

function define(build: (task: Loose) => unknown, options: unknown = {}): WorkflowDefinition {
  return workflow('release', options as object, ({ task }) => build(task as unknown as Loose) as undefined);
}

function problemsOf(definition: WorkflowDefinition): readonly Pick<DefinitionProblem, 'code' | 'place'>[] {
  try {
    compile(definition);
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems.map(({ code, place }) => ({ code, place }));
    throw error;
  }
  throw new Error('the definition compiles');
}

const run = () => 1;

describe('a definition in JavaScript is refused with the place:', () => {
  test.each<[string, unknown, DefinitionProblem['code'], string]>([
    ['a handler that is no function', { run: 5 }, 'NO_HANDLER', 'run'],
    ['a module path instead of a function that imports it', { load: './build.js' }, 'NO_HANDLER', 'load'],
    ['a retry policy that is a number', { run, retry: 3 }, 'INVALID_OPTION', 'retry'],
    ['a retry policy that is null', { run, retry: null }, 'INVALID_OPTION', 'retry'],
    [
      'an endless backoff',
      { run, retry: { backoffCoefficient: Number.POSITIVE_INFINITY } },
      'INVALID_OPTION',
      'retry.backoffCoefficient',
    ],
    [
      'more attempts than Temporal can count',
      { run, retry: { maximumAttempts: 1e12 } },
      'INVALID_OPTION',
      'retry.maximumAttempts',
    ],
    [
      'error types that are no names',
      { run, retry: { nonRetryableErrorTypes: 'TypeError' } },
      'INVALID_OPTION',
      'retry.nonRetryableErrorTypes',
    ],
    ['a priority that is a number', { run, priority: 5 }, 'INVALID_OPTION', 'priority'],
    [
      'a fairness key of over 64 bytes',
      { run, priority: { fairnessKey: 'ä'.repeat(33) } },
      'INVALID_OPTION',
      'priority.fairnessKey',
    ],
    [
      'a fairness weight that is no number',
      { run, priority: { fairnessWeight: 'x' } },
      'INVALID_OPTION',
      'priority.fairnessWeight',
    ],
    ["a task queue of Temporal's own", { run, taskQueue: '/_sys/x' }, 'INVALID_OPTION', 'taskQueue'],
    ['a task queue with a very long name', { run, taskQueue: 'q'.repeat(1_001) }, 'INVALID_OPTION', 'taskQueue'],
    ['a timeout of a century', { run, startToCloseTimeout: '100 years' }, 'INVALID_OPTION', 'startToCloseTimeout'],
    ['a title that is no string', { run, title: 5 }, 'INVALID_OPTION', 'title'],
  ])('%s', (_, options, code, option) => {
    const definition = define((task) => void task('build', options));
    expect(problemsOf(definition)).toContainEqual({ code, place: `release.tasks.build.${option}` });
  });

  test('a task without options', () => {
    expect(problemsOf(define((task) => void task('build')))).toEqual([
      { code: 'NO_HANDLER', place: 'release.tasks.build' },
    ]);
  });

  test('an async build function, whose outputs would be lost', () => {
    const definition = define(async (task) => ({ build: task('build', { run }) }));
    expect(problemsOf(definition)).toEqual([{ code: 'INVALID_OUTPUT', place: 'release.outputs' }]);
  });

  test('a title of the workflow that is no string', () => {
    const definition = define((task) => void task('build', { run }), { title: 5 });
    expect(problemsOf(definition)).toEqual([{ code: 'INVALID_OPTION', place: 'release.title' }]);
  });
});

test('needs and a workflow’s options may be left out, as null or undefined', () => {
  const definition = workflow(
    'release',
    undefined as never,
    ({ task }) => void task('build', { needs: null as never, run }),
  );
  expect(compile(definition).tasks).toHaveLength(1);
});

describe('a workflow of which the plan can not be sent is refused before it starts:', () => {
  test('a plan of over 2 MiB', () => {
    const definition = define((task) => {
      for (let i = 0; i < 3_000; i++) task(`task-${i}`, { run, title: 'x'.repeat(800) });
    });
    expect(problemsOf(definition)).toEqual([{ code: 'TOO_LARGE', place: 'release.tasks' }]);
  });
});

test('however many tasks there are, if their plan can be sent', () => {
  const definition = define((task) => {
    for (let i = 0; i < 20_000; i++) task(`task-${i}`, { run });
  });
  expect(compile(definition).tasks).toHaveLength(20_000);
});

test('the hash does not depend on the order in which a priority is written', () => {
  const hash = (priority: object) => compile(define((task) => void task('build', { run, priority }))).hash;
  expect(hash({ priorityKey: 1, fairnessKey: 'a' })).toBe(hash({ fairnessKey: 'a', priorityKey: 1 }));
});
