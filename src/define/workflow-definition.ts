import type { z } from 'zod';
import type { FailurePolicy, Scheduling } from '../core/plan.js';
import type { TriggerRule } from '../core/trigger-rule.js';
import type { AnyHandle } from './handle.js';
import type { Needs } from './need.js';
import type { TaskContext } from './task-context.js';
import type { ActivitySettings } from './task-options.js';

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
   * new, `cancel` also cancels what runs. @default 'continue'
   */
  readonly onFailure?: FailurePolicy;
}

export interface TaskDefinition {
  readonly id: string;
  readonly kind: 'task';
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
