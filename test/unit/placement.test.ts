import { describe, expect, test } from 'vitest';
import { optionsOf, taskAt } from '../../src/core/plan.js';
import { compile, type WorkflowDefinition, workflow } from '../../src/index.js';
import { problemsOf } from '../support/definition-problems.js';
import { looseDefinition } from '../support/loose-builder.js';

const run = () => 1;

function optionsOfFirst(definition: WorkflowDefinition) {
  const plan = compile(definition);
  return optionsOf(plan, taskAt(plan, 0));
}

function withOptions(task: object, options: object = {}): WorkflowDefinition {
  return looseDefinition((builder) => void builder.task('a', { run, ...task }), options);
}

describe('a task is', () => {
  test('an activity, of which the plan says nothing, if nothing else is said', () => {
    expect(optionsOfFirst(withOptions({}))).not.toHaveProperty('placement');
    expect(optionsOfFirst(withOptions({ placement: 'activity' }))).not.toHaveProperty('placement');
  });

  test('local if it says so, with 5 seconds for an attempt', () => {
    expect(optionsOfFirst(withOptions({ placement: 'local' }))).toEqual({
      startToCloseTimeout: 5_000,
      heartbeatTimeout: 20_000,
      retry: { maximumAttempts: 3 },
      placement: 'local',
    });
    const { startToCloseTimeout } = optionsOfFirst(withOptions({ placement: 'local', startToCloseTimeout: '2s' }));
    expect(startToCloseTimeout).toBe(2_000);
  });

  test('what its workflow says, unless it says otherwise', () => {
    expect(optionsOfFirst(withOptions({}, { placement: 'local' })).placement).toBe('local');
    expect(optionsOfFirst(withOptions({ placement: 'activity' }, { placement: 'local' })).placement).toBeUndefined();
    expect(optionsOfFirst(withOptions({ placement: 'local' }, { placement: 'activity' })).placement).toBe('local');
  });

  test.each([
    ['a task queue', { taskQueue: 'gpu' }],
    ['a priority', { priority: { priorityKey: 1 } }],
    ['a heartbeat timeout', { heartbeatTimeout: '5s' }],
    ['an attempt of more than 5 seconds', { startToCloseTimeout: '6s' }],
  ])('an activity all the same where it has %s', (_, options) => {
    const { placement, startToCloseTimeout } = optionsOfFirst(withOptions(options, { placement: 'local' }));
    expect(placement).toBeUndefined();
    expect(startToCloseTimeout).toBe('startToCloseTimeout' in options ? 6_000 : 600_000);
  });
});

describe('a definition is refused', () => {
  const ELSE = "write `placement: 'activity'`, or leave it out";

  test.each([
    ['taskQueue', 'gpu'],
    ['priority', { priorityKey: 1 }],
    ['heartbeatTimeout', '5s'],
  ])('where a task that says it is local has a %s', (option, value) => {
    expect(problemsOf(withOptions({ placement: 'local', [option]: value }))).toEqual([
      { code: 'INVALID_OPTION', place: `release.tasks.a.${option}`, message: 'a local task has none', hint: ELSE },
    ]);
  });

  test('where such a task may take longer than a local one can', () => {
    expect(problemsOf(withOptions({ placement: 'local', startToCloseTimeout: '6s' }))).toEqual([
      {
        code: 'INVALID_OPTION',
        place: 'release.tasks.a.startToCloseTimeout',
        message: 'a local task may take 5 seconds at most',
        hint: "write `placement: 'activity'`, which may take longer",
      },
    ]);
  });

  test('where there is no such placement', () => {
    const [problem] = problemsOf(withOptions({ placement: 'locale' }));
    expect(problem).toMatchObject({ place: 'release.tasks.a.placement', hint: "did you mean 'local'?" });
    const [ofWorkflow] = problemsOf(withOptions({}, { placement: 'remote' }));
    expect(ofWorkflow?.place).toBe('release.placement');
  });

  test('where a wait that asks no worker has one', () => {
    const definition = looseDefinition(({ approval }) => void approval('a', { placement: 'local' }));
    expect(problemsOf(definition)[0]).toMatchObject({ place: 'release.tasks.a.placement' });
  });
});

test('a plan says of which nodes it is', () => {
  const definition = workflow('w', { placement: 'local' }, ({ task, approval }) => {
    task('a', { run });
    approval('b');
  });
  const { placement } = optionsOfFirst(definition);
  expect(placement).toBe('local');
});
