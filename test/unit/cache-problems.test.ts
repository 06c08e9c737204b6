import { expect, test } from 'vitest';
import { compile, type WorkflowDefinition, workflow } from '../../src/index.js';
import { problemsOf } from '../support/definition-problems.js';
import { looseWorkflow } from '../support/loose-workflow.js';

const run = () => 1;
const cache = { ttl: '1h', version: 1 };
const child = workflow('child', {}, ({ task }) => ({ a: task('a', { run }) }));

function problemOf(definition: WorkflowDefinition): string {
  const [problem, ...others] = problemsOf(definition);
  expect(others).toEqual([]);
  return `${problem?.place}: ${problem?.message}`;
}

test.each<[string, object, string]>([
  ['without version and key', { cache: { ttl: '1h' } }, 'cache: it has neither `version` nor `key`'],
  ['without a time to live', { cache: { version: 1 } }, 'cache.ttl: undefined is not a duration'],
  ['with a time to live that is none', { cache: { ttl: 'soon', version: 1 } }, 'cache.ttl: "soon" is not a duration'],
  ['with another option', { cache: { ...cache, store: 'redis' } }, "cache.store: there is no option 'store'"],
  ['with a key that is no function', { cache: { ttl: '1h', key: 'main' } }, 'cache.key: it is a string'],
  ['with a version that is none', { cache: { ttl: '1h', version: {} } }, 'cache.version: {} is not a version'],
  ['that is none', { cache: true }, 'cache: true is not a cache'],
  ['beside a compensation', { cache, compensate: run }, 'cache: the task has `compensate`'],
])('a cache %s is refused', (_, options, problem) => {
  expect(problemOf(looseWorkflow((task) => void task('it', { run, ...options })))).toContain(
    `release.tasks.it.${problem}`,
  );
});

test('the version of the task is enough', () => {
  const definition = looseWorkflow((task) => void task('it', { run, version: 2, cache: { ttl: '1h' } }));
  expect(compile(definition).tasks[0]).toMatchObject({ id: 'it', version: '2' });
});

test('a plan is the same with and without a cache', () => {
  const plain = looseWorkflow((task) => void task('it', { run }));
  expect(compile(looseWorkflow((task) => void task('it', { run, cache }))).hash).toBe(compile(plain).hash);
});

test.each<[string, (builder: Loose) => void, string]>([
  ['a resource', ({ resource }) => resource('it', { create: run, destroy: run, cache }), 'a resource is destroyed'],
  ['a subworkflow', ({ subworkflow }) => subworkflow('it', child, { cache }), 'a child workflow is not cached'],
  [
    'a map over one',
    ({ map }) => map('it', { over: () => [], workflow: child, with: () => undefined, cache }),
    'a child workflow is not',
  ],
  ['an approval', ({ approval }) => approval('it', { cache }), 'what people decide is not cached'],
  ['a sleep', ({ sleep }) => sleep('it', '1h', { cache }), 'a wait is not cached'],
])('%s can not be cached', (_, build, problem) => {
  const definition = workflow('release', {}, (builder) => void build(builder as unknown as Loose));
  expect(problemOf(definition)).toContain(`release.tasks.it.cache: ${problem}`);
});

/** The builder as JavaScript has it. */
type Loose = Record<'resource' | 'subworkflow' | 'map' | 'approval' | 'sleep', (...args: unknown[]) => void>;
