import type { Duration } from '@temporalio/common';
import type { z } from 'zod';
import type { FailurePolicy, NodeKind, Scheduling } from '../core/plan.js';
import type { TriggerRule } from '../core/trigger-rule.js';
import type { ActivitySettings, Placement } from './activity-settings.js';
import type { ErasedCache } from './cache-options.js';
import type { AnyHandle } from './handle.js';
import type { Needs } from './need.js';
import type { TaskContext } from './task-context.js';

/** The types that a definition carries for its callers. */
export interface WorkflowTypes {
  readonly name: string;
  /** What a caller passes: JSON, defaults may be left out. */
  readonly input: unknown;
  /** What `result()` gives to a caller that has the definition: codecs decoded. */
  readonly output: unknown;
  /** What `result()` gives to a caller that only knows the type: the JSON. */
  readonly wireOutput: unknown;
}

/** What `workflow()` returns: ids, edges, options and functions. */
export interface WorkflowDefinition<T extends WorkflowTypes = WorkflowTypes> {
  readonly name: T['name'];
  readonly settings: WorkflowSettings;
  readonly inputSchema: z.ZodType | undefined;
  readonly tasks: readonly TaskDefinition[];
  readonly outputs: Readonly<Record<string, AnyHandle>>;
  /** For the compiler alone; never present. */
  readonly '~types'?: T;
}

export interface WorkflowSettings {
  /** What people read in the Temporal UI. @default the name */
  readonly title?: string;
  /** `frontier` starts a task as soon as its needs are settled, `waves` makes each wave a barrier. @default 'frontier' */
  readonly scheduling?: Scheduling;
  /** Tasks in flight at once, 1 to 2,000. @default 500 */
  readonly maxConcurrentTasks?: number;
  /**
   * What a failed task does to the others: `continue` runs what does not depend on it, `stop` dispatches nothing
   * new, `cancel` also cancels what runs, `hold` keeps the failed task for an operator and the run open. @default 'continue'
   */
  readonly onFailure?: FailurePolicy;
  /** With `hold`: how long a failed task is held before it counts as failed. @default without limit */
  readonly holdTimeout?: Duration;
  /** How a run must have ended for its tasks to be compensated. @default ['failed', 'cancelled'] */
  readonly compensateOn?: readonly ('failed' | 'cancelled')[];
  /**
   * Of the nodes that don't say where they run. One with a `taskQueue`, a `priority`, a `heartbeatTimeout` or a `startToCloseTimeout` of more than
   * 5 seconds stays an activity. @default 'activity'
   */
  readonly placement?: Placement;
}

/** A node of any kind, its types erased; what a kind does not have is undefined. */
export interface TaskDefinition {
  /** With the names of its groups: `eu.build`. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly needs: Needs;
  readonly title: string | undefined;
  readonly settings: ActivitySettings;
  readonly outputSchema: z.ZodType | undefined;
  /** Absent only where the definition is wrong; compiling it says so. */
  readonly run: ErasedHandler | undefined;
  readonly load: (() => Promise<HandlerModule>) | undefined;
  readonly trigger: TriggerRule | undefined;
  readonly when: ErasedHandler | undefined;
  readonly allowFailure: boolean | undefined;
  readonly version?: string | number | undefined;
  readonly compensate?: ErasedHandler | undefined;
  readonly cache?: ErasedCache | undefined;
  /** Of a map. */
  readonly over?: ErasedHandler | undefined;
  readonly concurrency?: number | undefined;
  readonly tolerate?: number | `${number}%` | undefined;
  /** Of a subworkflow, or a map over one. */
  readonly child?: WorkflowDefinition | undefined;
  readonly with?: ErasedHandler | undefined;
  /** Of a resource, whose `run` is its `create`. */
  readonly destroy?: ErasedHandler | undefined;
  /** Of an approval, an event (whose schema is `outputSchema`), a sleep. */
  readonly timeout?: Duration | undefined;
  readonly onTimeout?: 'fail' | 'skip' | { readonly value: unknown } | undefined;
  /** Of a sleep. */
  readonly until?: Duration | Date | undefined;
}

/** What `load` imports. */
export interface HandlerModule {
  readonly run: ErasedHandler;
  readonly when?: ErasedHandler;
}

/** A handler or condition whose types are known to its definition only. */
export type ErasedHandler = (needs: never, context: TaskContext<never>) => unknown;

export type InputOf<W> = W extends WorkflowDefinition<infer T> ? T['input'] : never;
export type OutputOf<W> = W extends WorkflowDefinition<infer T> ? T['output'] : never;
export type WireOutputOf<W> = W extends WorkflowDefinition<infer T> ? T['wireOutput'] : never;
export type NameOf<W> = W extends WorkflowDefinition<infer T> ? T['name'] : never;
