import { optionsOf, type Plan, type PlannedTask } from '../../src/core/plan.js';

/**
 * A plan in a line, for counter-examples: `a; b <- a? (one_failed, may fail); c approval 60000 ms <- b`, with `?` for an optional and `!` for
 * a settled need.
 */
export function describePlan(plan: Plan): string {
  const settings = [
    plan.scheduling,
    plan.onFailure,
    ...(plan.holdTimeout === undefined ? [] : [`held for ${plan.holdTimeout} ms`]),
    ...(plan.compensateOn === undefined ? [] : [`compensated when ${plan.compensateOn.join(' or ') || 'never'}`]),
    `${plan.maxConcurrentTasks} at once`,
  ];
  const tasks = plan.tasks.map((task) => describeTask(plan, task));
  return `${tasks.join('; ') || 'no tasks'} (${settings.join(', ')})`;
}

function describeTask(plan: Plan, task: PlannedTask): string {
  const needs = task.needs.map((need, n) => `${plan.tasks[need]?.id}${MODE_MARKS[task.modes?.[n] ?? 'p']}`);
  const { maximumAttempts } = optionsOf(plan, task).retry;
  const rules = [
    ...(task.trigger === undefined ? [] : [task.trigger]),
    ...(task.allowFailure ? ['may fail'] : []),
    ...(task.compensate ? ['compensated'] : []),
    ...(task.asks ? ['asks a worker'] : []),
    ...(task.child === undefined || task.kind === 'subworkflow' ? [] : ['over a child']),
    ...(task.wait === undefined || Object.keys(task.wait).length === 0 ? [] : [JSON.stringify(task.wait)]),
    ...(task.map === undefined || Object.keys(task.map).length === 0 ? [] : [JSON.stringify(task.map)]),
    ...(maximumAttempts === 3 ? [] : [`${maximumAttempts} attempts`]),
  ];
  return [
    task.id,
    ...(task.kind === 'task' ? [] : [task.kind]),
    ...(needs.length > 0 ? ['<-', ...needs] : []),
    ...(rules.length > 0 ? [`(${rules.join(', ')})`] : []),
  ].join(' ');
}

const MODE_MARKS: Readonly<Record<string, string>> = { p: '', o: '?', s: '!' };
