import type { z } from 'zod';
import { nodeBuilder } from './build-nodes.js';
import type { AbsenceOfHandle, AnyHandle, OutputOfHandle, WireOfHandle } from './handle.js';
import type { JsonSchema } from './output-schema.js';
import type { WorkflowBuilder } from './workflow-builder.js';
import type { TaskDefinition, WorkflowDefinition, WorkflowSettings } from './workflow-definition.js';

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
  if (typeof build !== 'function') {
    throw new TypeError(`workflow '${name}': its nodes are missing; write workflow('${name}', { … }, ({ task }) => …)`);
  }
  const tasks: TaskDefinition[] = [];
  const builder = nodeBuilder(name, tasks) as unknown as WorkflowBuilder<DecodedInput<S>>; // its types are for the caller
  const outputs = build(builder);
  const { input, ...settings } = options ?? {}; // JavaScript may leave it out
  return { name, settings, inputSchema: input as z.ZodType | undefined, tasks, outputs: outputs ?? {} };
}
