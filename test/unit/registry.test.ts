import { describe, expect, test } from 'vitest';
import { LocalStops } from '../../activities/local-stops.js';
import { type WorkflowDefinition, workflow } from '../../src/index.js';
import { nothingCached } from '../../testing/nothing-cached.js';
import { PawlPlugin, WorkerConfigurationError } from '../../worker/index.js';
import { activitiesFor, registerWorkflows } from '../../worker/registry.js';
import { memoryStore } from '../support/memory-storage.js';
import { secretsOf } from '../support/secrets-of.js';

const leaf = workflow('leaf', {}, ({ task }) => void task('only', { run: () => {} }));
const middle = workflow('middle', {}, ({ map }) => {
  map('leaves', { over: () => [1], workflow: leaf, with: () => undefined });
});
const parent = (child: WorkflowDefinition) =>
  workflow('release', {}, ({ subworkflow }) => {
    subworkflow('sub', child, { when: () => true });
  });

describe('a worker', () => {
  test('has the children of its workflows, and theirs', () => {
    expect([...registerWorkflows([parent(middle)]).keys()]).toEqual(['release', 'middle', 'leaf']);
  });

  test('has an activity for each of their nodes, and those that answer the workflow', () => {
    const means = {
      outputs: memoryStore(),
      secrets: secretsOf({}),
      throughCache: nothingCached,
      localStops: new LocalStops(),
    };
    const activities = activitiesFor(registerWorkflows([parent(middle)]), {}, means);
    expect(Object.keys(activities).sort()).toEqual(
      ['pawl.plan', 'pawl.check', 'pawl.store', 'default', 'release.sub', 'middle.leaves', 'leaf.only'].sort(),
    );
  });

  test('takes a definition that it has already', () => {
    expect([...registerWorkflows([leaf, parent(middle), middle, leaf]).keys()]).toEqual(['leaf', 'release', 'middle']);
  });

  test('refuses another definition with the name of one that it has', () => {
    const other = workflow('leaf', {}, ({ task }) => void task('only', { run: () => {} }));
    expect(() => registerWorkflows([leaf, other])).toThrow(WorkerConfigurationError);
    expect(() => registerWorkflows([leaf, parent(other)])).toThrow("release.tasks.sub: there are two workflows 'leaf'");
  });

  test.each(['release', 'middle', 'middle.leaves'])('refuses failure types of %s that would end a run', (type) => {
    const plugin = new PawlPlugin({ workflows: [parent(middle)] });
    expect(() =>
      plugin.configureWorker({ taskQueue: 'pawl', workflowFailureErrorTypes: { '*': [], [type]: ['Error'] } }),
    ).toThrow("'Error' would fail runs that a later worker could have finished");
  });
});
