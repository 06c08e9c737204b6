import type { Json } from './json.js';
import type { NeedMode, TriggerRule } from './trigger-rule.js';

/**
 * The compiled, serialisable, hashed form of a definition. It travels with the run, so it is compact: edges are
 * integers, equal activity options are shared, and what follows from the edges (waves, dependents) is left out.
 */
export interface Plan {
  readonly protocol: number;
  /** The workflow's name, which is the run's workflow type. */
  readonly workflow: string;
  /** Content hash of everything else in the plan: equal definitions have equal hashes. */
  readonly hash: string;
  readonly title?: string;
  readonly scheduling: Scheduling;
  /** How many tasks may be in flight at once. */
  readonly maxConcurrentTasks: number;
  readonly onFailure: FailurePolicy;
  /** Milliseconds that a failed task is held for an operator; absent: until one decides. */
  readonly holdTimeout?: number;
  /** How a run must have ended for its tasks to be compensated; absent: either way. */
  readonly compensateOn?: readonly ('failed' | 'cancelled')[];
  /** Hash of the input schema, where there is one. */
  readonly inputSchema?: string;
  /** The distinct option sets of the tasks, which refer to them by index. */
  readonly options: readonly TaskOptionsPlan[];
  /** In topological order: by wave, within a wave first what the longest line of tasks waits for, then as declared. */
  readonly tasks: readonly PlannedTask[];
  /** The run's result: name to task index. */
  readonly outputs: Readonly<Record<string, number>>;
  /** The node that runs when all else has ended: the last of the tasks. */
  readonly finish?: number;
  /** The plans of the workflows that `subworkflow` and `map` nodes run, which refer to them by index. */
  readonly children?: readonly Plan[];
}

/** `frontier` dispatches a task as soon as its needs are settled; `waves` waits for the whole wave before. */
export type Scheduling = 'frontier' | 'waves';

/**
 * What a failed task does to the rest of the run: `continue` runs what does not depend on it, `stop` dispatches
 * nothing new, `cancel` also cancels what is running, `hold` keeps the task for an operator and the run open.
 */
export type FailurePolicy = 'continue' | 'stop' | 'cancel' | 'hold';

export const NODE_KINDS = ['task', 'map', 'subworkflow', 'approval', 'event', 'sleep', 'resource', 'finish'] as const;

export type NodeKind = (typeof NODE_KINDS)[number];

/** The letters of {@link PlannedTask.modes}. */
const MODES: Readonly<Record<string, NeedMode>> = { p: 'plain', o: 'optional', s: 'settled' };
const LETTERS: Readonly<Record<NeedMode, string>> = { plain: 'p', optional: 'o', settled: 's' };

export interface PlannedTask {
  readonly id: string;
  readonly kind: NodeKind;
  /** Indices of the tasks it needs, each smaller than its own. */
  readonly needs: readonly number[];
  /** The names under which the needs arrive, where they are not simply the ids. */
  readonly as?: readonly string[];
  /** One letter for each need, `p`lain, `o`ptional or `s`ettled; absent where all are plain. */
  readonly modes?: string;
  /** Absent for `all_success`. */
  readonly trigger?: TriggerRule;
  /** Its failure does not fail the run. */
  readonly allowFailure?: true;
  /** A worker is asked before it waits or starts its child: a wait that has a `when`, a subworkflow that has a `when` or a `with`, a map over one that has a `with`. */
  readonly asks?: true;
  /** Of a task: it can be compensated. */
  readonly compensate?: true;
  /** Of an approval, an event, a sleep. */
  readonly wait?: WaitPlan;
  /** Of a map. */
  readonly map?: MapPlan;
  /** Of a subworkflow, and of a map over one: index into {@link Plan.children}. */
  readonly child?: number;
  /** What the user changes when the meaning of its functions has changed. */
  readonly version?: string;
  /** Index into {@link Plan.options}. */
  readonly options: number;
  readonly title?: string;
  /** Hash of the output schema, where there is one. */
  readonly outputSchema?: string;
}

/** Times in milliseconds. */
export interface WaitPlan {
  /** Counted from when it begins to wait; absent: without limit. */
  readonly timeout?: number;
  /** Absent: it fails. */
  readonly onTimeout?: 'skip' | { readonly value: Json };
  /** Of a sleep: how long. */
  readonly duration?: number;
  /** Of a sleep instead of `duration`: until when, since the epoch. */
  readonly until?: number;
}

export interface MapPlan {
  /** Items in flight at once; absent: as many as the run may have. */
  readonly concurrency?: number;
  /** How many items may fail, or how many of a hundred; absent: none. */
  readonly tolerate?: { readonly count: number } | { readonly percent: number };
}

/** Temporal's activity options by their own names; durations in milliseconds. */
export interface TaskOptionsPlan {
  readonly startToCloseTimeout: number;
  readonly scheduleToCloseTimeout?: number;
  readonly heartbeatTimeout: number;
  readonly retry: RetryPlan;
  readonly taskQueue?: string;
  readonly priority?: PriorityPlan;
  /** It runs in the worker that has the run, as a local activity; absent: as an activity. */
  readonly placement?: 'local';
}

export interface RetryPlan {
  /** 0 means without limit, as in Temporal. */
  readonly maximumAttempts: number;
  readonly initialInterval?: number;
  readonly backoffCoefficient?: number;
  readonly maximumInterval?: number;
  readonly nonRetryableErrorTypes?: readonly string[];
}

export interface PriorityPlan {
  readonly priorityKey?: number;
  readonly fairnessKey?: string;
  readonly fairnessWeight?: number;
}

/** What a worker's handler must agree with to run a task of this plan. */
export interface TaskShape {
  readonly kind: NodeKind;
  /** The name under which a need arrives, to the task that it is and how its value is given: `unit`, `unit?` optional, `unit!` as a result. */
  readonly needs: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly output?: string;
  /** Of a node that runs a child workflow: its name, and the hash of its input schema. */
  readonly child?: string;
}

/** The name under which the need at `position` arrives. */
export function needName(plan: Plan, task: PlannedTask, position: number): string {
  return task.as?.[position] ?? taskAt(plan, task.needs[position] ?? -1).id;
}

export function needMode(task: PlannedTask, position: number): NeedMode {
  return MODES[task.modes?.[position] ?? 'p'] ?? 'plain';
}

/** As {@link PlannedTask.modes} has them. */
export function modeLetters(modes: readonly NeedMode[]): string | undefined {
  if (modes.every((mode) => mode === 'plain')) return undefined;
  return modes.map((mode) => LETTERS[mode]).join('');
}

export type NeedForm = 'value' | 'optional' | 'result';

/** How the value of a need is given to the handler. */
export function needForm(task: PlannedTask, position: number): NeedForm {
  const { trigger } = task;
  if (trigger === 'none_failed') return 'optional';
  if (trigger !== undefined && trigger !== 'all_success') return 'result';
  const mode = needMode(task, position);
  return mode === 'plain' ? 'value' : mode === 'optional' ? 'optional' : 'result';
}

const FORM_MARKS: Readonly<Record<NeedForm, string>> = { value: '', optional: '?', result: '!' };

export function shapeOf(plan: Plan, task: PlannedTask): TaskShape {
  return {
    kind: task.kind,
    needs: Object.fromEntries(
      task.needs.map((need, i) => [needName(plan, task, i), taskAt(plan, need).id + FORM_MARKS[needForm(task, i)]]),
    ),
    ...(plan.inputSchema !== undefined && { input: plan.inputSchema }),
    ...(task.outputSchema !== undefined && { output: task.outputSchema }),
    ...(task.child !== undefined && { child: describeChild(childPlan(plan, task.child)) }),
  };
}

function describeChild({ workflow, inputSchema }: Plan): string {
  return inputSchema === undefined ? workflow : `${workflow} ${inputSchema}`;
}

/** The type of the workflow that runs a plan: the definition's name, and of a map's shard that map as well. */
export function workflowTypeOf(plan: Plan, shard: { readonly task: number } | undefined): string {
  const map = shard && plan.tasks[shard.task];
  return map === undefined ? plan.workflow : `${plan.workflow}.${map.id}`;
}

export function childPlan(plan: Plan, index: number): Plan {
  const child = plan.children?.[index];
  if (child === undefined) throw new RangeError(`no child ${index} in the plan of ${plan.workflow}`);
  return child;
}

export function taskAt(plan: Plan, index: number): PlannedTask {
  const task = plan.tasks[index];
  if (task === undefined) throw new RangeError(`no task ${index} in the plan of ${plan.workflow}`);
  return task;
}

export function optionsOf(plan: Plan, task: PlannedTask): TaskOptionsPlan {
  const options = plan.options[task.options];
  if (options === undefined) throw new RangeError(`no options ${task.options} in the plan of ${plan.workflow}`);
  return options;
}
