import { describe, expect, test } from 'vitest';
import { MalformedPlanError } from '../../src/core/malformed-plan.js';
import { readPlan } from '../../src/core/read-plan.js';
import { compile } from '../../src/index.js';
import { planOf } from '../model/arbitrary-plan.js';
import { everyKind } from '../support/every-kind.js';

/** A sound plan as JSON, in which a test changes one thing. */
function soundPlan() {
  const plan = planOf(
    { build: [], unit: ['build'], deploy: { image: 'build', tests: 'unit' } },
    { outputs: { result: 'deploy' } },
  );
  return JSON.parse(JSON.stringify(plan));
}

test('a sound plan is returned as it is', () => {
  const plan = soundPlan();
  expect(readPlan(plan)).toBe(plan);
});

test('a plan without tasks is sound', () => {
  expect(() => readPlan({ ...soundPlan(), tasks: [], outputs: {} })).not.toThrow();
});

test('a plan with need modes, a trigger rule and an allowed failure is sound', () => {
  const plan = planOf(
    { build: [], unit: ['build'], lint: ['build'], deploy: ['unit', 'lint'], notify: ['deploy'] },
    { rules: { lint: { allowFailure: true }, deploy: { modes: 'po' }, notify: { trigger: 'all_done' } } },
  );
  expect(readPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
});

test('fields that this version does not know are left alone', () => {
  expect(() => readPlan({ ...soundPlan(), colour: 'blue' })).not.toThrow();
});

describe('an error names the place', () => {
  type SoundPlan = ReturnType<typeof soundPlan>;
  const malformed: readonly [place: string, what: string, change: (plan: SoundPlan) => unknown][] = [
    ['plan', 'nothing', () => undefined],
    ['plan', 'null', () => null],
    ['plan', 'an array', () => []],
    ['plan', 'text', () => 'release'],
    ['plan.workflow', 'missing', (plan) => ({ ...plan, workflow: undefined })],
    ['plan.hash', 'a number', (plan) => ({ ...plan, hash: 7 })],
    ['plan.scheduling', 'unknown', (plan) => ({ ...plan, scheduling: 'random' })],
    ['plan.scheduling', 'missing', (plan) => ({ ...plan, scheduling: undefined })],
    ['plan.scheduling', 'a list that only prints like a name', (plan) => ({ ...plan, scheduling: ['waves'] })],
    ['plan.onFailure', 'unknown', (plan) => ({ ...plan, onFailure: 'retry' })],
    [
      'plan.maxConcurrentTasks',
      'zero, with which nothing would ever start',
      (plan) => ({ ...plan, maxConcurrentTasks: 0 }),
    ],
    ['plan.maxConcurrentTasks', 'a fraction', (plan) => ({ ...plan, maxConcurrentTasks: 1.5 })],
    ['plan.maxConcurrentTasks', 'a number as text', (plan) => ({ ...plan, maxConcurrentTasks: '5' })],
    ['plan.options', 'no array', (plan) => ({ ...plan, options: {} })],
    ['plan.options[0]', 'null', (plan) => ({ ...plan, options: [null] })],
    ['plan.options[0].startToCloseTimeout', 'zero', inOptions({ startToCloseTimeout: 0 })],
    ['plan.options[0].startToCloseTimeout', 'text', inOptions({ startToCloseTimeout: '10m' })],
    ['plan.options[0].heartbeatTimeout', 'missing', inOptions({ heartbeatTimeout: undefined })],
    ['plan.options[0].scheduleToCloseTimeout', 'text', inOptions({ scheduleToCloseTimeout: '10m' })],
    ['plan.options[0].taskQueue', 'no text', inOptions({ taskQueue: 7 })],
    ['plan.options[0].priority', 'no object', inOptions({ priority: 'high' })],
    ['plan.options[0].retry', 'missing', inOptions({ retry: undefined })],
    ['plan.options[0].retry.maximumAttempts', 'negative', inOptions({ retry: { maximumAttempts: -1 } })],
    [
      'plan.options[0].retry.backoffCoefficient',
      'text',
      inOptions({ retry: { maximumAttempts: 3, backoffCoefficient: 'two' } }),
    ],
    ['plan.tasks', 'missing', (plan) => ({ ...plan, tasks: undefined })],
    ['plan.tasks[1]', 'no object', (plan) => ({ ...plan, tasks: [plan.tasks[0], 'unit'] })],
    ['plan.tasks[1].id', 'no text', inTask(1, { id: 1 })],
    ['plan.tasks[2].id', 'there twice', inTask(2, { id: 'build' })],
    ['plan.tasks[1].kind', 'unknown', inTask(1, { kind: 'teleport' })],
    ['plan.tasks[1].title', 'no text', inTask(1, { title: 7 })],
    ['plan.tasks[1].options', 'out of range', inTask(1, { options: 99 })],
    ['plan.tasks[1].options', 'negative', inTask(1, { options: -1 })],
    ['plan.tasks[0].options', 'referring to an empty list', (plan) => ({ ...plan, options: [] })],
    ['plan.tasks[1].needs', 'missing', inTask(1, { needs: undefined })],
    ['plan.tasks[1].needs[0]', 'the task itself', inTask(1, { needs: [1] })],
    ['plan.tasks[1].needs[0]', 'a later task', inTask(1, { needs: [2] })],
    ['plan.tasks[1].needs[0]', 'negative', inTask(1, { needs: [-1] })],
    ['plan.tasks[1].needs[0]', 'an id', inTask(1, { needs: ['build'] })],
    ['plan.tasks[2].needs[1]', 'out of range', inTask(2, { needs: [0, 3] })],
    ['plan.tasks[0].needs[0]', 'of the first task, which can have none', inTask(0, { needs: [0] })],
    ['plan.tasks[2].as', 'no array', inTask(2, { as: 'image' })],
    ['plan.tasks[2].as', 'too short', inTask(2, { as: ['image'] })],
    ['plan.tasks[2].as', 'too long', inTask(2, { as: ['image', 'tests', 'more'] })],
    ['plan.tasks[2].as[1]', 'no text', inTask(2, { as: ['image', 7] })],
    ['plan.tasks[2].modes', 'no text', inTask(2, { modes: ['p', 'o'] })],
    ['plan.tasks[2].modes', 'too short', inTask(2, { modes: 'o' })],
    ['plan.tasks[2].modes', 'too long', inTask(2, { modes: 'oso' })],
    ['plan.tasks[2].modes', 'of an unknown letter', inTask(2, { modes: 'ox' })],
    ['plan.tasks[0].modes', 'of a task without needs', inTask(0, { modes: 'p' })],
    ['plan.tasks[2].trigger', 'unknown', inTask(2, { trigger: 'always' })],
    ['plan.tasks[2].trigger', 'a list that only prints like a rule', inTask(2, { trigger: ['all_done'] })],
    ['plan.tasks[2].allowFailure', 'false, for which it is absent', inTask(2, { allowFailure: false })],
    ['plan.tasks[2].allowFailure', 'a number', inTask(2, { allowFailure: 1 })],
    ['plan.options[0].placement', 'the usual one, for which it is absent', inOptions({ placement: 'activity' })],
    ['plan.options[0].startToCloseTimeout', 'too long for a local task', inOptions({ placement: 'local' })],
    [
      'plan.options[0].taskQueue',
      'of a local task',
      inOptions({ placement: 'local', startToCloseTimeout: 5_000, taskQueue: 'gpu' }),
    ],
    ['plan.outputs', 'missing', (plan) => ({ ...plan, outputs: undefined })],
    ['plan.outputs.result', 'out of range', (plan) => ({ ...plan, outputs: { result: 3 } })],
    ['plan.outputs.result', 'an id', (plan) => ({ ...plan, outputs: { result: 'deploy' } })],
  ];

  test.for(malformed)('%s: %s', ([place, , change]) => {
    const error = thrownBy(() => readPlan(change(soundPlan())));
    expect(error).toBeInstanceOf(MalformedPlanError);
    expect(error).toMatchObject({ code: 'MALFORMED_PLAN', place });
    expect(String(error)).toContain(`${place}: `);
  });

  function inTask(index: number, change: object) {
    return (plan: SoundPlan) => ({ ...plan, tasks: plan.tasks.with(index, { ...plan.tasks[index], ...change }) });
  }

  function inOptions(change: object) {
    return (plan: SoundPlan) => ({ ...plan, options: [{ ...plan.options[0], ...change }] });
  }
});

describe('an error names the place in a plan of every kind', () => {
  type AnyPlan = ReturnType<typeof planOfEveryKind>;
  const malformed: readonly [place: string, what: string, change: (plan: AnyPlan) => unknown][] = [
    ['plan.holdTimeout', 'zero', (plan) => ({ ...plan, holdTimeout: 0 })],
    ['plan.compensateOn', 'empty', (plan) => ({ ...plan, compensateOn: [] })],
    ['plan.compensateOn', 'the same twice', (plan) => ({ ...plan, compensateOn: ['failed', 'failed'] })],
    ['plan.compensateOn[0]', 'unknown', (plan) => ({ ...plan, compensateOn: ['completed'] })],
    ['plan.children', 'no array', (plan) => ({ ...plan, children: {} })],
    [
      'plan.children[0].scheduling',
      'malformed',
      (plan) => ({ ...plan, children: [{ ...plan.children[0], scheduling: 1 }] }),
    ],
    ['plan.finish', 'another task', (plan) => ({ ...plan, finish: 0 })],
    ['plan.finish', 'out of range', (plan) => ({ ...plan, finish: 99 })],
    ['finish.kind', 'not the kind that it says', inNode('finish', { kind: 'task' })],
    ['task.kind', 'a second finish', inNode('task', { kind: 'finish', compensate: undefined })],
    ['finish.kind', 'one that the plan does not know of', (plan) => ({ ...plan, finish: undefined })],
    ['finish.needs', 'some', inNode('finish', { needs: [0] })],
    ['plan.outputs.build', 'the finish', (plan) => ({ ...plan, outputs: { build: plan.finish } })],
    ['task.id', 'an empty name in a group', inNode('task', { id: 'eu.' })],
    ['task.id', 'too long', inNode('task', { id: `${'x'.repeat(60)}.${'x'.repeat(60)}` })],
    ['task.asks', 'of a kind that always does', inNode('task', { asks: true })],
    ['sleep.asks', 'false, for which it is absent', inNode('sleep', { asks: false })],
    ['task.compensate', 'no boolean', inNode('task', { compensate: 'yes' })],
    ['map.compensate', 'of a kind that has none', inNode('map', { compensate: true })],
    ['task.version', 'a number', inNode('task', { version: 1 })],
    ['task.wait', 'of a kind that does not wait', inNode('task', { wait: {} })],
    ['approval.wait', 'missing', inNode('approval', { wait: undefined })],
    ['approval.wait.timeout', 'text', inNode('approval', { wait: { timeout: '1h' } })],
    ['approval.wait.onTimeout', 'unknown', inNode('approval', { wait: { onTimeout: 'fail' } })],
    ['event.wait.onTimeout', 'without a value', inNode('event', { wait: { onTimeout: {} } })],
    ['event.wait.duration', 'of a sleep', inNode('event', { wait: { duration: 1 } })],
    ['sleep.wait.duration', 'missing', inNode('sleep', { wait: {} })],
    ['sleep.wait.duration', 'beside a moment', inNode('sleep', { wait: { duration: 1, until: 1 } })],
    ['sleep.wait.until', 'a fraction', inNode('sleep', { wait: { until: 1.5 } })],
    ['sleep.wait.timeout', 'of an approval', inNode('sleep', { wait: { duration: 1, timeout: 1 } })],
    ['map.map', 'missing', inNode('map', { map: undefined })],
    ['task.map', 'of a kind that is none', inNode('task', { map: {} })],
    ['map.map.concurrency', 'zero', inNode('map', { map: { concurrency: 0 } })],
    ['map.map.tolerate', 'text', inNode('map', { map: { tolerate: '10%' } })],
    ['map.map.tolerate', 'neither', inNode('map', { map: { tolerate: {} } })],
    ['map.map.tolerate', 'both', inNode('map', { map: { tolerate: { count: 1, percent: 1 } } })],
    ['map.map.tolerate.count', 'a fraction', inNode('map', { map: { tolerate: { count: 1.5 } } })],
    ['map.map.tolerate.percent', 'more than all', inNode('map', { map: { tolerate: { percent: 101 } } })],
    ['subworkflow.child', 'missing', inNode('subworkflow', { child: undefined })],
    ['subworkflow.child', 'out of range', inNode('subworkflow', { child: 1 })],
    ['map.child', 'negative', inNode('map', { child: -1 })],
    ['task.child', 'of a kind that runs none', inNode('task', { child: 0 })],
  ];

  test.for(malformed)('%s: %s', ([named, , change]) => {
    const plan = planOfEveryKind();
    const [kind = '', ...fields] = named.split('.');
    const place = kind === 'plan' ? named : [`plan.tasks[${indexOf(plan, kind)}]`, ...fields].join('.');
    expect(thrownBy(() => readPlan(change(plan)))).toMatchObject({ code: 'MALFORMED_PLAN', place });
  });

  /** Changes the first node of a kind. */
  function inNode(kind: string, change: object) {
    return (plan: AnyPlan) => {
      const index = indexOf(plan, kind);
      return { ...plan, tasks: plan.tasks.with(index, { ...plan.tasks[index], ...change }) };
    };
  }

  function indexOf(plan: AnyPlan, kind: string): number {
    return plan.tasks.findIndex((task: { kind: string }) => task.kind === kind);
  }

  function planOfEveryKind() {
    return JSON.parse(JSON.stringify(compile(everyKind())));
  }
});

test('the message shows what was there, shortened, and a way out', () => {
  const error = thrownBy(() => readPlan({ ...soundPlan(), scheduling: 'x'.repeat(10_000) }));
  expect(String(error)).toContain('expected one of frontier, waves, got "xxx');
  expect(String(error).length).toBeLessThan(400);
  expect(error).toMatchObject({ hint: expect.stringContaining('plan') });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
