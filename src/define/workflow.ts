import type { z } from 'zod';
import type { TriggerRule } from '../core/trigger-rule.js';
import type { AbsenceOfHandle, AnyHandle, OutputOfHandle, TaskHandle, WireOfHandle } from './handle.js';
import type { Needs } from './need.js';
import type { ActivitySettings, JsonSchema, TaskAbsence, TaskOptions, TaskOutput, TaskWire } from './task-options.js';
import type {
  ErasedHandler,
  HandlerModule,
  TaskDefinition,
  WorkflowDefinition,
  WorkflowSettings,
} from './workflow-definition.js';

/** What the build function of a workflow gets. */
export interface WorkflowBuilder<Input> {
  /**
   * Adds a task. Its id is unique in the workflow and matches `^[A-Za-z][A-Za-z0-9_-]*$`; the activity type in Temporal is
   * `<workflow>.<id>`.
   */
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
  ): TaskHandle<TaskOutput<S, R>, TaskWire<S, R>, TaskAbsence<N, T, Answer, A>>;
}

export interface WorkflowOptions<S extends z.ZodType | undefined> extends WorkflowSettings {
  /** Checks and completes the run's input. Without one the workflow takes no input. */
  readonly input?: S extends z.ZodType ? JsonSchema<S> : S;
}

type DecodedInput<S> = S extends z.ZodType ? z.output<S> : undefined;
type CallerInput<S> = S extends z.ZodType ? z.input<S> : undefined;
type Outputs = Readonly<Record<string, AnyHandle>>;
type NoOutputs = Readonly<Record<never, never>>;
type DecodedOutputs<O> = O extends Outputs
  ? { readonly [K in keyof O]: OutputOfHandle<O[K]> | AbsenceOfHandle<O[K]> }
  : NoOutputs;
type WireOutputs<O> = O extends Outputs
  ? { readonly [K in keyof O]: WireOfHandle<O[K]> | AbsenceOfHandle<O[K]> }
  : NoOutputs;

/**
 * Defines a workflow: `build` adds tasks and returns those whose outputs are the run's result.
 *
 * Nothing is checked here; {@link compile}, which workers and clients call first, reports every problem of the definition at once.
 *
 * @param name the workflow type in Temporal
 */
export function workflow<
  const Name extends string,
  S extends z.ZodType | undefined = undefined,
  // biome-ignore lint/suspicious/noConfusingVoidType: a build function that returns nothing is a workflow without outputs
  const O extends Outputs | void = void,
>(
  name: Name,
  options: WorkflowOptions<S>,
  build: (builder: WorkflowBuilder<DecodedInput<S>>) => O,
): WorkflowDefinition<{
  name: Name;
  input: CallerInput<S>;
  output: DecodedOutputs<O>;
  wireOutput: WireOutputs<O>;
}> {
  const tasks: TaskDefinition[] = [];
  const task = (id: string, given: ErasedTaskOptions): TaskHandle => {
    const { needs, title, output, run, load, trigger, when, allowFailure, ...settings } = given ?? {}; // JavaScript may leave it out
    const conditions = { trigger, when, allowFailure };
    tasks.push({
      id,
      kind: 'task',
      needs: needs ?? {},
      title,
      settings,
      outputSchema: output,
      run,
      load,
      ...conditions,
    });
    return { id, workflow: name };
  };
  const outputs = build({ task } as unknown as WorkflowBuilder<DecodedInput<S>>); // its types are for the caller
  const { input, ...settings } = options ?? {};
  return { name, settings, inputSchema: input as z.ZodType | undefined, tasks, outputs: outputs ?? {} };
}

interface ErasedTaskOptions extends ActivitySettings {
  readonly needs?: Needs;
  readonly title?: string;
  readonly output?: z.ZodType;
  readonly run?: ErasedHandler;
  readonly load?: () => Promise<HandlerModule>;
  readonly trigger?: TriggerRule;
  readonly when?: ErasedHandler;
  readonly allowFailure?: boolean;
}
