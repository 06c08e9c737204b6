import { isRecord } from '../core/json.js';
import type { Plan } from '../core/plan.js';
import { DefinitionError, type DefinitionProblem } from './definition-error.js';
import type { Report } from './report.js';
import type { TaskDefinition, WorkflowDefinition } from './workflow-definition.js';

/** The plans of the workflows that a workflow's nodes run, each of them once. */
export class ChildPlans {
  readonly plans: Plan[] = [];
  readonly #compile: (definition: WorkflowDefinition) => Plan;
  readonly #report: Report;
  readonly #forward: (problem: DefinitionProblem) => void;
  readonly #indices = new Map<WorkflowDefinition, number>();
  /** Of all workflows of the tree: a worker finds one by its name. */
  readonly #names = new Map<string, WorkflowDefinition>();
  readonly #parent: WorkflowDefinition;

  constructor(
    parent: WorkflowDefinition,
    compile: (definition: WorkflowDefinition) => Plan,
    report: Report,
    forward: (problem: DefinitionProblem) => void,
  ) {
    this.#parent = parent;
    this.#compile = compile;
    this.#report = report;
    this.#forward = forward;
    this.#names.set(parent.name, parent);
  }

  /** The index of the plan of the node's child; a wrong child is reported, where it is first used. */
  indexOf(node: TaskDefinition, place: string): number | undefined {
    const { child } = node;
    if (!isDefinition(child)) {
      this.#report('INVALID_OPTION', `${place}.workflow`, 'it is not what workflow() returns');
      return undefined;
    }
    const known = this.#indices.get(child);
    const index = known ?? this.#add(child, place);
    if (index >= 0) this.#checkInput(node, child, place);
    return index >= 0 ? index : undefined;
  }

  #add(child: WorkflowDefinition, place: string): number {
    let index = -1;
    try {
      index = this.plans.push(this.#compile(child)) - 1;
      this.#checkNames(child, place);
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      for (const problem of error.problems) {
        this.#forward({ ...problem, place: `${this.#parent.name}.${place} -> ${problem.place}` });
      }
    }
    this.#indices.set(child, index);
    return index;
  }

  #checkNames(definition: WorkflowDefinition, place: string): void {
    const known = this.#names.get(definition.name);
    if (known === definition) return;
    if (known !== undefined) {
      const hint = 'a workflow is found by its name, so give one of them another';
      this.#report('DUPLICATE_ID', `${place}.workflow`, `there are two workflows '${definition.name}'`, hint);
      return;
    }
    this.#names.set(definition.name, definition);
    for (const { child } of definition.tasks) if (child !== undefined) this.#checkNames(child, place);
  }

  #checkInput({ kind, with: make }: TaskDefinition, { name, inputSchema }: WorkflowDefinition, place: string): void {
    if (make !== undefined) return;
    if (kind === 'map' && inputSchema === undefined) {
      const hint = 'write `with: () => undefined`, so that the items are not given to it';
      this.#report('INVALID_OPTION', `${place}.workflow`, `workflow '${name}' takes no input`, hint);
    }
    if (kind === 'subworkflow' && inputSchema !== undefined && !takesNothing(inputSchema)) {
      const hint = 'make it with `with: (needs, ctx) => …`';
      this.#report('INVALID_OPTION', `${place}.with`, `workflow '${name}' needs an input`, hint);
    }
  }
}

function isDefinition(value: unknown): value is WorkflowDefinition {
  return isRecord(value) && typeof value.name === 'string' && Array.isArray(value.tasks) && isRecord(value.settings);
}

/** Whether the input may be left out, as far as can be told without waiting. */
function takesNothing(schema: NonNullable<WorkflowDefinition['inputSchema']>): boolean {
  try {
    return schema.safeParse(undefined).success;
  } catch {
    return true; // a schema that is async, or throws: the run will tell
  }
}
