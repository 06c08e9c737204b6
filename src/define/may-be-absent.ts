import { readNeed } from './need.js';
import type { TaskDefinition, WorkflowDefinition } from './workflow-definition.js';

/** Of each definition, the ids of the tasks that may be absent. */
const known = new WeakMap<WorkflowDefinition, ReadonlySet<string>>();

/**
 * Whether a run can be completed without this task's output, without an operator's doing: the same question that the types of handles
 * answer. A condition in a module that is loaded later does not show here.
 */
export function mayBeAbsent(definition: WorkflowDefinition, id: string): boolean {
  let absent = known.get(definition);
  if (absent === undefined) {
    absent = absentTasks(definition);
    known.set(definition, absent);
  }
  return absent.has(id);
}

/** A need is declared before what needs it, so one pass is enough. */
function absentTasks({ tasks }: WorkflowDefinition): ReadonlySet<string> {
  const absent = new Set<string>();
  for (const task of tasks) if (isAbsentByItself(task) || isAbsentByNeeds(task, absent)) absent.add(task.id);
  return absent;
}

function isAbsentByItself({ when, allowFailure, onTimeout }: TaskDefinition): boolean {
  return when !== undefined || allowFailure === true || onTimeout === 'skip';
}

function isAbsentByNeeds({ trigger = 'all_success', needs }: TaskDefinition, absent: ReadonlySet<string>): boolean {
  switch (trigger) {
    case 'all_success':
      return Object.values(needs).some((need) => {
        const { mode, task } = readNeed(need);
        return mode === 'plain' && task !== undefined && absent.has(task.id);
      });
    case 'none_failed':
    case 'all_done':
      return false;
    case 'one_success':
    case 'one_failed':
    case 'all_failed':
    case 'none_skipped':
      return true;
  }
}
