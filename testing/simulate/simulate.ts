import { InvalidInputError } from '../../src/client/errors.js';
import type { Plan } from '../../src/core/plan.js';
import { Scheduler } from '../../src/core/scheduler.js';
import { compile } from '../../src/define/compile.js';
import { checkInput } from '../../src/define/run-input.js';
import type { InputOf, WorkflowDefinition } from '../../src/define/workflow-definition.js';
import { plannedNode } from '../planned-node.js';
import type { SimulatedOutcome } from './outcome.js';
import { type ById, Script } from './script.js';
import { SimulatedExecution } from './simulated-execution.js';
import { SimulatedRun } from './simulated-run.js';
import { Simulation } from './simulation.js';

export interface SimulateOptions {
  /**
   * How nodes end, by id: `build`; an item `smoke[3]`, or all of them `smoke[*]`; an undoing `book:compensate`, `db:destroy`; a node of a child
   * workflow `trip/book`, `trips[3]/book`, `trips[*]/book`. What is said of a subworkflow or its item itself stands for its whole child.
   *
   * @default everything succeeds: approvals are approved, events get null, a map has one item
   */
  readonly outcomes?: ById<SimulatedOutcome>;
  /**
   * Milliseconds by the same ids: of a call with all its attempts; of an approval or event, until somebody answers. A sleep takes its own time.
   *
   * @default 1,000 each
   */
  readonly durations?: ById<number>;
  /** When the run starts, which a `sleep` until a date has to know. @default now */
  readonly startAt?: Date;
  /** Events after which it gives up. @default 10,000,000 */
  readonly maxTransitions?: number;
}

/**
 * Plays a run through: the same scheduler as of a real run, with made-up outcomes and a virtual clock. No function of the workflow is called.
 *
 * @param workflow a definition, or its plan
 * @param input of a definition, is checked by its schema if it is given; nothing else depends on it
 * @throws {@link DefinitionError}, {@link InvalidInputError}, {@link UnknownTaskError} for ids that the workflow does not have,
 * {@link InvalidOutcomeError}, {@link SimulationLimitError}
 */
export async function simulate<W extends WorkflowDefinition | Plan>(
  workflow: W,
  input?: W extends WorkflowDefinition ? InputOf<W> : undefined,
  { outcomes, durations, startAt = new Date(), maxTransitions = 10_000_000 }: SimulateOptions = {},
): Promise<SimulatedRun> {
  const plan = await planOf(workflow, input);
  for (const given of [outcomes, durations]) {
    if (typeof given === 'object') for (const id of Object.keys(given)) plannedNode(plan, id);
  }
  const startedAt = startAt.getTime();
  const simulation = new Simulation(new Script(outcomes, durations), startedAt, maxTransitions);
  const root = new SimulatedExecution(simulation, new Scheduler(plan), '');
  root.start('runStarted');
  simulation.run();
  return new SimulatedRun(root, simulation, startedAt);
}

async function planOf(workflow: WorkflowDefinition | Plan, input: unknown): Promise<Plan> {
  if ('hash' in workflow) return workflow;
  const plan = compile(workflow);
  if (input === undefined) return plan;
  const checked = await checkInput(workflow, input);
  if (checked.kind === 'valid') return plan;
  throw new InvalidInputError(checked.message, { place: `workflow '${workflow.name}'` });
}
