import type { Duration } from '@temporalio/common';
import type { z } from 'zod';
import type { Approval } from '../core/order.js';
import type { TriggerRule } from '../core/trigger-rule.js';
import type { FinishOptions } from './finish-options.js';
import type { TaskHandle } from './handle.js';
import type {
  ChildMapOptions,
  ChildMapWithOptions,
  EncodedMapOptions,
  MapOptions,
  MapOutput,
  MapWire,
  Tolerance,
} from './map-options.js';
import type { Needs } from './need.js';
import type { NodeAbsence } from './node-options.js';
import type { TaskOutput, TaskWire } from './output-schema.js';
import type { ResourceOptions } from './resource-options.js';
import type { ChildWithoutInput, SubworkflowOptions } from './subworkflow-options.js';
import type { TaskOptions } from './task-options.js';
import type { ApprovalOptions, EventOptions, OnTimeout, SleepOptions, TimeoutAbsence } from './wait-options.js';
import type { OutputOf, WireOutputOf, WorkflowDefinition } from './workflow-definition.js';

/** What the build function of a workflow gets. */
export interface WorkflowBuilder<Input> extends GroupBuilder<Input> {
  /**
   * Adds the one node that runs at the end of the run, whatever happened: to notify somebody, for example. Its own failure is reported and
   * does not change the outcome. Nothing can need it.
   */
  onFinish(id: string, options: FinishOptions<Input>): void;
}

/**
 * What the build function of a group gets. Ids are unique in the workflow and match `^[A-Za-z][A-Za-z0-9_-]*$`; a node's activity type in
 * Temporal is `<workflow>.<id>`.
 */
export interface GroupBuilder<Input> {
  /** Adds a task: one call of a function in an activity. */
  task<
    R = void,
    S extends z.ZodType | undefined = undefined,
    const N extends Needs = Record<never, never>,
    const T extends TriggerRule = 'all_success',
    Answer extends boolean | Promise<boolean> = never,
    const A extends boolean = false,
  >(
    id: string,
    options: TaskOptions<N, Input, S, R, T, Answer, A>,
  ): TaskHandle<TaskOutput<S, R>, TaskWire<S, R>, NodeAbsence<N, T, Answer, A>>;

  /**
   * Adds a map: one activity for each of the items that `over` returns, or with `workflow` one child workflow. Its output is theirs, in their
   * order. Write `over` before `run` or `with`, since the compiler knows the item from it.
   */
  map<
    W extends WorkflowDefinition,
    const N extends Needs = Record<never, never>,
    const T extends TriggerRule = 'all_success',
    Answer extends boolean | Promise<boolean> = never,
    const A extends boolean = false,
    const L extends Tolerance = never,
  >(
    id: string,
    options: ChildMapOptions<N, Input, W, T, Answer, A, L>,
  ): TaskHandle<MapOutput<OutputOf<W>, L>, MapWire<WireOutputOf<W>, L>, NodeAbsence<N, T, Answer, A>>;
  map<
    W extends WorkflowDefinition,
    Item,
    const N extends Needs = Record<never, never>,
    const T extends TriggerRule = 'all_success',
    Answer extends boolean | Promise<boolean> = never,
    const A extends boolean = false,
    const L extends Tolerance = never,
  >(
    id: string,
    options: ChildMapWithOptions<N, Input, Item, W, T, Answer, A, L>,
  ): TaskHandle<MapOutput<OutputOf<W>, L>, MapWire<WireOutputOf<W>, L>, NodeAbsence<N, T, Answer, A>>;
  map<
    Item,
    S extends z.ZodType,
    const N extends Needs = Record<never, never>,
    const T extends TriggerRule = 'all_success',
    Answer extends boolean | Promise<boolean> = never,
    const A extends boolean = false,
    const L extends Tolerance = never,
  >(
    id: string,
    options: EncodedMapOptions<N, Input, Item, S, T, Answer, A, L>,
  ): TaskHandle<MapOutput<z.output<S>, L>, MapWire<z.input<S>, L>, NodeAbsence<N, T, Answer, A>>;
  map<
    Item,
    R = void,
    const N extends Needs = Record<never, never>,
    const T extends TriggerRule = 'all_success',
    Answer extends boolean | Promise<boolean> = never,
    const A extends boolean = false,
    const L extends Tolerance = never,
  >(
    id: string,
    options: MapOptions<N, Input, Item, R, T, Answer, A, L>,
  ): TaskHandle<MapOutput<Awaited<R>, L>, MapWire<Awaited<R>, L>, NodeAbsence<N, T, Answer, A>>;

  /** Adds a run of another workflow, as a child workflow with a graph and a history of its own. Its output is the child's outputs. */
  subworkflow<W extends WorkflowDefinition>(
    id: string,
    child: ChildWithoutInput<W>,
  ): TaskHandle<OutputOf<W>, WireOutputOf<W>>;
  subworkflow<
    W extends WorkflowDefinition,
    const N extends Needs = Record<never, never>,
    const T extends TriggerRule = 'all_success',
    Answer extends boolean | Promise<boolean> = never,
    const A extends boolean = false,
  >(
    id: string,
    child: W,
    options: SubworkflowOptions<N, Input, W, T, Answer, A>,
  ): TaskHandle<OutputOf<W>, WireOutputOf<W>, NodeAbsence<N, T, Answer, A>>;

  /** Adds a wait for a person's decision. Its output says who approved, when and why; a rejection fails it. */
  approval<
    const N extends Needs = Record<never, never>,
    const T extends TriggerRule = 'all_success',
    Answer extends boolean | Promise<boolean> = never,
    const A extends boolean = false,
    O extends OnTimeout = 'fail',
  >(
    id: string,
    options?: ApprovalOptions<N, Input, T, Answer, A, O>,
  ): TaskHandle<Approval, Approval, NodeAbsence<N, T, Answer, A> | TimeoutAbsence<O>>;

  /** Adds a wait for a value that is sent to the run. One that is sent before the node waits is kept. */
  event<
    S extends z.ZodType,
    const N extends Needs = Record<never, never>,
    const T extends TriggerRule = 'all_success',
    Answer extends boolean | Promise<boolean> = never,
    const A extends boolean = false,
    O extends OnTimeout = 'fail',
  >(
    id: string,
    options: EventOptions<N, Input, S, T, Answer, A, O>,
  ): TaskHandle<z.output<S>, z.input<S>, NodeAbsence<N, T, Answer, A> | TimeoutAbsence<O>>;

  /**
   * Adds a wait for a time.
   *
   * @param time a duration (milliseconds, or such as `'10m'`), counted from when it begins to wait; or a date
   */
  sleep<
    const N extends Needs = Record<never, never>,
    const T extends TriggerRule = 'all_success',
    Answer extends boolean | Promise<boolean> = never,
    const A extends boolean = false,
  >(
    id: string,
    time: Duration | Date,
    options?: SleepOptions<N, Input, T, Answer, A>,
  ): TaskHandle<void, void, NodeAbsence<N, T, Answer, A>>;

  /** Adds something that is created before what needs it, and destroyed when all of that has settled, whatever happened. */
  resource<
    R = void,
    S extends z.ZodType | undefined = undefined,
    const N extends Needs = Record<never, never>,
    const T extends TriggerRule = 'all_success',
    Answer extends boolean | Promise<boolean> = never,
    const A extends boolean = false,
  >(
    id: string,
    options: ResourceOptions<N, Input, S, R, T, Answer, A>,
  ): TaskHandle<TaskOutput<S, R>, TaskWire<S, R>, NodeAbsence<N, T, Answer, A>>;

  /**
   * Puts nodes into a group: `eu.` stands before the ids of what `build` adds in group `eu`, and drawings have a box around them. Groups nest.
   *
   * @returns what `build` returns
   */
  group<G>(name: string, build: (builder: GroupBuilder<Input>) => G): G;
}
