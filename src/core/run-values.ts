import type { Json } from './json.js';
import { needForm, needName, taskAt } from './plan.js';
import type { TaskOrchestrator } from './task-orchestrator.js';
import { taskResult } from './task-result.js';
import type { Units } from './units.js';

/** What a task gets of its needs, under the names it gave them: outputs, or results where it runs whatever they did. */
export function needsOf({ plan, tasks }: Units, index: number): Record<string, Json> {
  const task = taskAt(plan, index);
  const needs: Record<string, Json> = {};
  task.needs.forEach((need, position) => {
    const unit = tasks[need];
    if (unit === undefined) return;
    const value = needForm(task, position) === 'result' ? taskResult(unit) : outputOf(unit);
    if (value !== undefined) needs[needName(plan, task, position)] = value;
  });
  return needs;
}

/** The run's result: what the definition returned, by name. */
export function runOutputs({ plan, tasks }: Units): Record<string, Json> {
  const outputs: Record<string, Json> = {};
  for (const [name, index] of Object.entries(plan.outputs)) {
    const output = tasks[index] && outputOf(tasks[index]);
    if (output !== undefined) outputs[name] = output;
  }
  return outputs;
}

/** Before a child workflow starts, a unit's output is what that is given: nobody else may see it. */
function outputOf({ state, output }: TaskOrchestrator): Json | undefined {
  return state === 'succeeded' ? output : undefined;
}
