import { createHash } from 'node:crypto';
import type { Mutable } from '../core/json.js';
import { explainInvalidId, explainInvalidName } from '../core/names.js';
import { inMebibytes, LARGEST_PAYLOAD } from '../core/payload-size.js';
import { modeLetters, type Plan, type PlannedTask, type TaskOptionsPlan } from '../core/plan.js';
import { PROTOCOL } from '../core/protocol.js';
import { sortByWave } from '../core/topology.js';
import { ChildPlans } from './child-plans.js';
import { DefinitionError, type DefinitionProblem } from './definition-error.js';
import type { AnyHandle } from './handle.js';
import { readNeed } from './need.js';
import { planKind } from './node-kind-plan.js';
import { OPTION_NAMES } from './option-names.js';
import { planOptions } from './option-plan.js';
import type { Report } from './report.js';
import { isZodSchema, schemaPrint } from './schema-print.js';
import { suggest } from './suggest.js';
import { planConditions } from './task-conditions.js';
import type { TaskDefinition, WorkflowDefinition } from './workflow-definition.js';
import { planSettings } from './workflow-settings.js';

/** Definitions are compiled once; they are not meant to change afterwards. */
const plans = new WeakMap<WorkflowDefinition, Plan>();

/**
 * Compiles a definition to its plan: tasks in topological order (see {@link sortByWave}), edges as integers, options completed
 * with the defaults, and a content hash that is the same for the same definition in any process.
 *
 * @throws {@link DefinitionError} naming every problem of the definition, not only the first.
 */
export function compile(definition: WorkflowDefinition): Plan {
  const known = plans.get(definition);
  if (known !== undefined) return known;
  const plan = new Compilation(definition).plan();
  plans.set(definition, plan);
  return plan;
}

class Compilation {
  readonly #definition: WorkflowDefinition;
  readonly #problems: DefinitionProblem[] = [];
  readonly #declared = new Map<string, number>();
  readonly #options: TaskOptionsPlan[] = [];
  readonly #optionIndices = new Map<string, number>();
  readonly #children: ChildPlans;
  #defaultOptions: number | undefined;

  constructor(definition: WorkflowDefinition) {
    this.#definition = definition;
    this.#children = new ChildPlans(definition, compile, this.#report, (problem) => this.#problems.push(problem));
  }

  plan(): Plan {
    const { name, tasks, inputSchema, settings } = this.#definition;
    this.#checkName(name, name);
    this.#checkTitle(settings.title, 'title');
    this.#declareTasks();
    const needs = tasks.map((task) => this.#resolveNeeds(task));
    const topology = sortByWave(needs);
    if (topology.kind === 'cycle') {
      const cycle = topology.cycle.map((index) => tasks[index]?.id).join(' -> ');
      this.#report('CYCLE', 'tasks', `cycle: ${cycle}`, 'a task can need only what does not need it');
    }
    const order = this.#finishLast(topology.kind === 'order' ? topology.order : [...tasks.keys()]);
    const position = new Map(order.map((declared, planned) => [declared, planned]));
    const planned = order.map((index) => this.#planTask(tasks[index] as TaskDefinition, needs[index] ?? [], position)); // order holds the tasks' own indices
    const inputSchemaHash = inputSchema && this.#checkSchema(inputSchema, 'input');
    const hasFinish = planned.at(-1)?.kind === 'finish';
    const plan: Mutable<Omit<Plan, 'hash' | 'protocol'>> = {
      workflow: name,
      ...(settings.title !== undefined && { title: settings.title }),
      ...planSettings(settings, this.#report),
      ...(inputSchemaHash !== undefined && { inputSchema: inputSchemaHash }),
      options: this.#options,
      tasks: planned,
      outputs: this.#planOutputs(position),
      ...(hasFinish && { finish: planned.length - 1 }),
      ...(this.#children.plans.length > 0 && { children: this.#children.plans }),
    };
    const whole = { protocol: PROTOCOL, ...plan };
    const json = JSON.stringify(whole);
    this.#checkSize(Buffer.byteLength(json));
    if (this.#problems.length > 0) throw new DefinitionError(name, this.#problems);
    return { ...whole, hash: createHash('sha256').update(json).digest('hex').slice(0, 16) };
  }

  /** What can't be sent to Temporal is refused before it starts. */
  #checkSize(bytes: number): void {
    if (bytes <= LARGEST_PAYLOAD) return;
    const message = `the plan has ${inMebibytes(bytes)}, and Temporal takes 2 MiB`;
    this.#report('TOO_LARGE', 'tasks', message, 'split the workflow');
  }

  #declareTasks(): void {
    const { tasks } = this.#definition;
    tasks.forEach((task, index) => {
      this.#checkId(task.id, `tasks.${task.id}`);
      if (this.#declared.has(task.id)) {
        this.#report(
          'DUPLICATE_ID',
          `tasks.${task.id}`,
          `there are two tasks '${task.id}'`,
          'give one of them another id',
        );
      }
      this.#declared.set(task.id, index);
    });
    if (tasks.every(({ kind }) => kind === 'finish')) {
      this.#report('INVALID_OPTION', 'tasks', 'the workflow has no tasks', 'add one with task(id, { run })');
    }
    for (const { id } of tasks.filter(({ kind }) => kind === 'finish').slice(1)) {
      const hint = 'let one function do all that is to be done at the end';
      this.#report('DUPLICATE_ID', `tasks.${id}`, 'there is another onFinish', hint);
    }
  }

  /** It has no needs, so by those alone it would be among the first. */
  #finishLast(order: readonly number[]): readonly number[] {
    const isFinish = (index: number) => this.#definition.tasks[index]?.kind === 'finish';
    return order.some(isFinish)
      ? [...order.filter((index) => !isFinish(index)), ...order.filter((index) => isFinish(index))]
      : order;
  }

  /** The index of a node of this workflow that others can use. */
  #find(handle: AnyHandle | undefined): number | undefined {
    if (handle?.id === undefined || handle.workflow !== this.#definition.name) return undefined;
    const index = this.#declared.get(handle.id);
    return index !== undefined && this.#definition.tasks[index]?.kind !== 'finish' ? index : undefined;
  }

  #resolveNeeds(task: TaskDefinition): number[] {
    const indices: number[] = [];
    for (const name of Object.keys(task.needs)) {
      const handle = readNeed(task.needs[name]).task;
      const index = this.#find(handle);
      if (index !== undefined) indices.push(index);
      else this.#reportNeed(task, name, handle);
      // An id was checked where it was declared; a need of a group's node has a plain name all the same.
      if (name !== handle?.id || name.includes('.')) this.#checkName(name, `tasks.${task.id}.needs.${name}`);
    }
    return indices;
  }

  #reportNeed(task: TaskDefinition, name: string, handle: AnyHandle | undefined): void {
    const place = `tasks.${task.id}.needs.${name}`;
    if (handle?.workflow !== undefined && handle.workflow !== this.#definition.name) {
      const message = `'${handle.id}' is a task of workflow '${handle.workflow}'`;
      this.#report('FOREIGN_NEED', place, message, 'a need is a task of the same workflow');
      return;
    }
    const unknown = handle?.id ?? name;
    this.#report(
      'UNKNOWN_NEED',
      place,
      `unknown need '${unknown}' in task '${task.id}'`,
      suggest(
        unknown,
        this.#usableIds().filter((id) => id !== task.id),
      ),
    );
  }

  #usableIds(): string[] {
    return this.#definition.tasks.filter(({ kind }) => kind !== 'finish').map(({ id }) => id);
  }

  #planTask(task: TaskDefinition, needs: readonly number[], position: ReadonlyMap<number, number>): PlannedTask {
    const place = `tasks.${task.id}`;
    const names = Object.keys(task.needs);
    const read = names.map((name) => readNeed(task.needs[name]));
    const modes = modeLetters(read.map(({ mode }) => mode));
    this.#checkTitle(task.title, `${place}.title`);
    const ofKind = planKind(task, place, this.#report);
    const schemaPlace = `${place}.${task.kind === 'event' ? 'schema' : 'output'}`;
    const child = ofKind.hasChild ? this.#children.indexOf(task, place) : undefined;
    return {
      id: task.id,
      kind: task.kind,
      needs: needs.map((index) => position.get(index) ?? -1),
      ...(names.some((name, i) => read[i]?.task?.id !== name) && { as: names }),
      ...(modes !== undefined && { modes }),
      ...planConditions(task, (option, message, hint) =>
        this.#report('INVALID_OPTION', `${place}.${option}`, message, hint),
      ),
      options: this.#shareOptions(task),
      ...(task.title !== undefined && { title: task.title }),
      ...(task.outputSchema !== undefined && { outputSchema: this.#checkSchema(task.outputSchema, schemaPlace) }),
      ...ofKind.plan,
      ...(child !== undefined && { child }),
    };
  }

  /** Most tasks have the same options, or none: they are stored once. */
  #shareOptions(task: TaskDefinition): number {
    const isDefault = Object.keys(task.settings).length === 0;
    if (isDefault && this.#defaultOptions !== undefined) return this.#defaultOptions;
    const place = `${this.#definition.name}.tasks.${task.id}`;
    const { placement } = this.#definition.settings;
    const options = planOptions(task.settings, OPTION_NAMES[task.kind], placement, place, (problem) =>
      this.#problems.push(problem),
    );
    const key = JSON.stringify(options);
    const index = this.#optionIndices.get(key) ?? this.#options.push(options) - 1;
    this.#optionIndices.set(key, index);
    if (isDefault) this.#defaultOptions = index;
    return index;
  }

  #planOutputs(position: ReadonlyMap<number, number>): Record<string, number> {
    const outputs: Record<string, number> = {};
    if ('then' in this.#definition.outputs) {
      this.#report(
        'INVALID_OUTPUT',
        'outputs',
        'the build function is async',
        'build the graph without waiting for anything; only handlers may',
      );
      return outputs;
    }
    for (const [name, handle] of Object.entries(this.#definition.outputs)) {
      this.#checkName(name, `outputs.${name}`);
      const index = this.#find(handle);
      if (index === undefined) {
        this.#report(
          'INVALID_OUTPUT',
          `outputs.${name}`,
          'it is not a task of this workflow',
          suggest(name, this.#usableIds()),
        );
      } else {
        outputs[name] = position.get(index) ?? -1;
      }
    }
    return outputs;
  }

  #checkSchema(schema: NonNullable<TaskDefinition['outputSchema']>, place: string): string {
    if (!isZodSchema(schema)) {
      this.#report('INVALID_SCHEMA', place, 'it is not a schema of zod 4', "make it with z from 'zod', version 4");
      return '';
    }
    const { hash, isOneWay } = schemaPrint(schema);
    if (isOneWay) {
      const hint = 'use z.codec, which says how to encode as well, instead of .transform() or z.preprocess()';
      this.#report('INVALID_SCHEMA', place, 'a value can not be encoded with this schema', hint);
    }
    return hash;
  }

  #checkTitle(title: unknown, place: string): void {
    if (title !== undefined && typeof title !== 'string')
      this.#report('INVALID_OPTION', place, `it is a ${typeof title}, not a string`);
  }

  #checkName(name: string, place: string): void {
    const message = explainInvalidName(name);
    if (message !== undefined) this.#report('INVALID_NAME', place, message);
  }

  #checkId(id: string, place: string): void {
    const message = explainInvalidId(id);
    if (message !== undefined) this.#report('INVALID_NAME', place, message);
  }

  readonly #report: Report = (code, place, message, hint) => {
    const full = place === this.#definition.name ? place : `${this.#definition.name}.${place}`;
    this.#problems.push({ code, place: full, message, ...(hint !== undefined && { hint }) });
  };
}
