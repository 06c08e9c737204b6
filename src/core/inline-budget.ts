import { type Graph, graphOf } from './graph.js';
import type { Json } from './json.js';
import { payloadSize } from './payload-size.js';
import type { Plan } from './plan.js';
import { readEnvelope } from './wire-output.js';

/** The first protocol whose outputs may be stored; older plans have no budgets. */
export const STORING_PROTOCOL = 3;

/** Whether what is too large may be stored. */
export function storesOutputs({ protocol }: Plan): boolean {
  return protocol >= STORING_PROTOCOL;
}

/** Bytes of an output that travels itself, at most. */
export const LARGEST_INLINE = 8 * 1024;

/** What always travels itself: its claim would hardly be smaller. */
export const SMALLEST = 256;

/** Bytes of a list of items that travels itself: the run keeps it, and hands its items out one by one. */
export const LIST_BUDGET = 64 * 1024;

/** Bytes of what is made of several outputs, of a map's items or of a child workflow, that travels to a task itself. */
export const JOINED_BUDGET = 64 * 1024;

/** Half of what Temporal takes, in bytes. The other half is for what is not counted here. */
export const HALF = {
  /** The argument of an activity: a payload of 2 MiB. */
  argument: 1024 * 1024,
  /** All commands of a workflow task: a gRPC message of 4 MiB. */
  commands: 2 * 1024 * 1024,
  /** What ends while a workflow task runs is kept in the mutable state, of 8 MiB; the server takes 2 MiB of it, and then lets the task fail. */
  buffered: 1024 * 1024,
  history: 25 * 1024 * 1024,
  /** What continue-as-new carries: arguments of 2 MiB together. */
  carried: 1024 * 1024,
} as const;

/**
 * Past so many bytes of history what a task needs is stored where it is more than so many bytes: up to 500 may start before the execution gives
 * way, which it does at 16 MiB, and each has the input beside its needs.
 */
export const CROWDED = { history: 8 * 1024 * 1024, needs: 4 * 1024 } as const;

/** Bytes beside the outputs: of the input and the rest in an activity's argument, of a command, of a unit in the carried state. */
const BESIDE = { argument: 64 * 1024, command: 1_024, unit: 40 } as const;

export interface InlineBudgets {
  /** Of each task, by its index: bytes of JSON of an output that travels itself. */
  readonly ofTask: readonly number[];
  /** The outputs, the plan and the state that continue-as-new would carry, if each task returned just its budget. */
  readonly carriedBytes: number;
}

/**
 * How large the outputs of a plan's tasks may be to travel themselves. With what is larger stored, nothing grows past half of Temporal's limits: no
 * argument of an activity (a task with many needs), no workflow task's commands (a task that many need), nothing buffered (many at once), no history, no
 * state that is carried over (many tasks). O(tasks + edges). Undefined for plans of the protocols that knew no storage.
 */
export function inlineBudgets(plan: Plan): InlineBudgets | undefined {
  if (!storesOutputs(plan)) return undefined;
  const known = budgetsOf.get(plan);
  if (known !== undefined) return known;
  const budgets = computeBudgets(plan, graphOf(plan));
  budgetsOf.set(plan, budgets);
  return budgets;
}

/** They follow from the plan, which never changes. */
const budgetsOf = new WeakMap<Plan, InlineBudgets>();

function computeBudgets(plan: Plan, graph: Graph): InlineBudgets {
  const { tasks, maxConcurrentTasks } = plan;
  const planBytes = payloadSize(plan);
  const own = planBytes + tasks.length * BESIDE.unit;
  const atOnce = Math.min(tasks.length, maxConcurrentTasks);
  const ofAll = Math.min(
    LARGEST_INLINE,
    HALF.buffered / atOnce,
    HALF.history / (tasks.length + graph.targets.length),
    (HALF.carried - own) / tasks.length,
  );
  const budgets = tasks.map((_, index) => Math.min(ofAll, ofFanOut(dependentsOf(graph, index), maxConcurrentTasks)));
  for (const { needs } of tasks) {
    const share = (HALF.argument - BESIDE.argument) / needs.length;
    for (const need of needs) budgets[need] = Math.min(budgets[need] ?? share, share);
  }
  const ofTask = budgets.map((bytes) => Math.max(SMALLEST, Math.floor(bytes)));
  return { ofTask, carriedBytes: own + ofTask.reduce((sum, bytes) => sum + bytes, 0) };
}

/** Whether a run's input, as it travels, is too large to be given to each task itself. */
export function isInputStored(plan: Plan, input: Json | undefined): boolean {
  return storesOutputs(plan) && readEnvelope(input) === undefined && payloadSize(input) > LARGEST_INLINE;
}

/**
 * The same for an item of a map.
 *
 * @param map the budget of the map's task
 * @param count of the items of one execution
 */
export function itemBudget(map: number, count: number): number {
  return Math.max(SMALLEST, Math.min(map, Math.floor(HALF.argument / Math.max(1, count))));
}

function ofFanOut(dependents: number, maxConcurrentTasks: number): number {
  const atOnce = Math.min(dependents, maxConcurrentTasks);
  return atOnce === 0 ? LARGEST_INLINE : HALF.commands / atOnce - BESIDE.command;
}

function dependentsOf({ offsets }: Graph, task: number): number {
  return (offsets[task + 1] ?? 0) - (offsets[task] ?? 0);
}
