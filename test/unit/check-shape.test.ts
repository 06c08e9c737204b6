import { expect, test } from 'vitest';
import { checkShape } from '../../activities/check-shape.js';
import { UnservedTaskError } from '../../activities/task-error.js';
import type { TaskShape } from '../../src/core/plan.js';

const shape: TaskShape = { kind: 'task', needs: { image: 'build', unit: 'unit' }, input: 'aaa', output: 'bbb' };

test('the same shape fits, in whichever order its needs are named', () => {
  const reordered = { ...shape, needs: { unit: 'unit', image: 'build' } };
  expect(() => checkShape('release.deploy', shape, reordered)).not.toThrow();
});

test.each<[string, TaskShape]>([
  ['another need', { ...shape, needs: { image: 'build', lint: 'lint' } }],
  ['one need less', { ...shape, needs: { image: 'build' } }],
  ['another name of a need', { ...shape, needs: { build: 'build', unit: 'unit' } }],
  ['a need that may be missing', { ...shape, needs: { image: 'build', unit: 'unit?' } }],
  ['a need as a result', { ...shape, needs: { image: 'build!', unit: 'unit' } }],
  ['another input schema', { ...shape, input: 'ccc' }],
  ['another output schema', { ...shape, output: 'ccc' }],
  ['no input schema', { kind: 'task', needs: shape.needs, output: 'bbb' }],
  ['no output schema', { kind: 'task', needs: shape.needs, input: 'aaa' }],
  ['the two schemas swapped', { ...shape, input: 'bbb', output: 'aaa' }],
])('a handler with %s does not fit', (_, served) => {
  expect(() => checkShape('release.deploy', shape, served)).toThrow(UnservedTaskError);
});

test('another child workflow, or another input of it, does not fit', () => {
  const planned: TaskShape = { kind: 'subworkflow', needs: {}, child: 'unit aaa' };
  for (const child of ['lint aaa', 'unit bbb', 'unit']) {
    expect(() => checkShape('release.sub', planned, { ...planned, child })).toThrow(
      `the run's plan has a subworkflow that needs {}, child workflow unit aaa, this worker's definition has ` +
        `a subworkflow that needs {}, child workflow ${child}; `,
    );
  }
});

test('a node of another kind does not fit', () => {
  expect(() => checkShape('release.go', { kind: 'task', needs: {} }, { kind: 'approval', needs: {} })).toThrow(
    "this worker's definition has an approval that needs {}",
  );
});

test('the error shows how each need arrives: with ? it may be missing, with ! it is a result', () => {
  const served: TaskShape = { kind: 'task', needs: { image: 'build!', unit: 'unit?' } };
  expect(() => checkShape('release.deploy', shape, served)).toThrow('needs {image: build!, unit?}');
});

test('the error names both shapes and the way out', () => {
  expect(() => checkShape('release.deploy', shape, { kind: 'task', needs: {} })).toThrow(
    "release.deploy: the run's plan has a task that needs {image: build, unit}, input schema aaa, output schema bbb, " +
      "this worker's definition has a task that needs {}; " +
      'the run goes on when a worker with the definition that it was started with polls this task queue',
  );
});
