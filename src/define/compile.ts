import { createHash } from 'node:crypto';
import type { Mutable } from '../core/json.js';
import { explainInvalidName } from '../core/names.js';
import { inMebibytes, LARGEST_PAYLOAD } from '../core/payload-size.js';
import { modeLetters, type Plan, type PlannedTask, type TaskOptionsPlan } from '../core/plan.js';
import { PLAN_LIMITS } from '../core/plan-limits.js';
import { PROTOCOL } from '../core/protocol.js';
import { sortByWave } from '../core/topology.js';
import { DEFAULTS } from './defaults.js';
import { DefinitionError, type DefinitionProblem } from './definition-error.js';
import type { AnyHandle } from './handle.js';
import { readNeed } from './need.js';
import { planOptions } from './option-plan.js';
import { schemaPrint } from './schema-print.js';
import { suggest } from './suggest.js';
import { planConditions } from './task-conditions.js';
import type { TaskDefinition, WorkflowDefinition } from './workflow-definition.js';

/** Definitions are compiled once; they are not meant to change afterwards. */
const plans = new WeakMap<WorkflowDefinition, Plan>();

/**
 * Compiles a definition to its plan: tasks in topological order (by wave, ties as declared), edges as integers, options completed
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
  #defaultOptions: number | undefined;

  constructor(definition: WorkflowDefinition) {
    this.#definition = definition;
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
    const order = topology.kind === 'order' ? topology.order : [...tasks.keys()];
    const position = new Map(order.map((declared, planned) => [declared, planned]));
    const planned = order.map((index) => this.#planTask(tasks[index] as TaskDefinition, needs[index] ?? [], position)); // order holds the tasks' own indices
    const inputSchemaHash = inputSchema && this.#checkSchema(inputSchema, 'input');
    const plan: Mutable<Omit<Plan, 'hash'>> = {
      protocol: PROTOCOL,
      workflow: name,
      ...(settings.title !== undefined && { title: settings.title }),
      ...this.#planSettings(),
      ...(inputSchemaHash !== undefined && { inputSchema: inputSchemaHash }),
      options: this.#options,
      tasks: planned,
      outputs: this.#planOutputs(position),
    };
    const json = JSON.stringify(plan);
    this.#checkSize(planned, Buffer.byteLength(json));
    if (this.#problems.length > 0) throw new DefinitionError(name, this.#problems);
    return { ...plan, hash: createHash('sha256').update(json).digest('hex').slice(0, 16) };
  }

  /** What can't be run to its end is refused before it starts. An activity is three events, and so is a workflow task, at least one for each wave. */
  #checkSize(tasks: readonly PlannedTask[], bytes: number): void {
    if (bytes > LARGEST_PAYLOAD) {
      const message = `the plan has ${inMebibytes(bytes)}, and Temporal takes 2 MiB`;
      this.#report('TOO_LARGE', 'tasks', message, 'split the workflow');
    }
    const depths: number[] = [];
    for (const { needs } of tasks)
      depths.push(1 + needs.reduce((depth, need) => Math.max(depth, depths[need] ?? 0), 0));
    const waves = depths.reduce((most, depth) => Math.max(most, depth), 0);
    const events = 3 * (tasks.length + waves);
    if (events > PLAN_LIMITS.historyEvents) {
      const message = `${tasks.length} tasks in ${waves} waves need at least ${events} events, and one execution's history holds 51,200`;
      this.#report('TOO_LARGE', 'tasks', message, 'split the workflow');
    }
  }

  #declareTasks(): void {
    this.#definition.tasks.forEach((task, index) => {
      this.#checkName(task.id, `tasks.${task.id}`);
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
    if (this.#definition.tasks.length === 0) {
      this.#report('INVALID_OPTION', 'tasks', 'the workflow has no tasks', 'add one with task(id, { run })');
    }
  }

  #resolveNeeds(task: TaskDefinition): number[] {
    const indices: number[] = [];
    for (const name of Object.keys(task.needs)) {
      const handle = readNeed(task.needs[name]).task;
      const id = handle?.id;
      const index = id === undefined ? undefined : this.#declared.get(id);
      if (index !== undefined && handle?.workflow === this.#definition.name) indices.push(index);
      else this.#reportNeed(task, name, handle);
      if (name !== id) this.#checkName(name, `tasks.${task.id}.needs.${name}`);
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
    const known = [...this.#declared.keys()].filter((id) => id !== task.id);
    this.#report('UNKNOWN_NEED', place, `unknown need '${unknown}' in task '${task.id}'`, suggest(unknown, known));
  }

  #planTask(task: TaskDefinition, needs: readonly number[], position: ReadonlyMap<number, number>): PlannedTask {
    const place = `tasks.${task.id}`;
    for (const option of ['run', 'load'] as const) {
      if (task[option] !== undefined && typeof task[option] !== 'function') {
        this.#report('NO_HANDLER', `${place}.${option}`, `it is a ${typeof task[option]}, not a function`);
      }
    }
    this.#checkTitle(task.title, `${place}.title`);
    if ((task.run === undefined) === (task.load === undefined)) {
      const which = task.run === undefined ? 'neither' : 'both';
      this.#report('NO_HANDLER', place, `it has ${which} of run and load`, 'give it exactly one');
    }
    const names = Object.keys(task.needs);
    const read = names.map((name) => readNeed(task.needs[name]));
    const modes = modeLetters(read.map(({ mode }) => mode));
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
      ...(task.outputSchema !== undefined && { outputSchema: this.#checkSchema(task.outputSchema, `${place}.output`) }),
    };
  }

  /** Most tasks have the same options, or none: they are stored once. */
  #shareOptions(task: TaskDefinition): number {
    const isDefault = Object.keys(task.settings).length === 0;
    if (isDefault && this.#defaultOptions !== undefined) return this.#defaultOptions;
    const place = `${this.#definition.name}.tasks.${task.id}`;
    const options = planOptions(task.settings, place, (problem) => this.#problems.push(problem));
    const key = JSON.stringify(options);
    const index = this.#optionIndices.get(key) ?? this.#options.push(options) - 1;
    this.#optionIndices.set(key, index);
    if (isDefault) this.#defaultOptions = index;
    return index;
  }

  #planSettings(): Pick<Plan, 'scheduling' | 'maxConcurrentTasks' | 'onFailure'> {
    const known = ['title', 'scheduling', 'maxConcurrentTasks', 'onFailure', 'input'];
    for (const key of Object.keys(this.#definition.settings)) {
      if (!known.includes(key)) this.#report('INVALID_OPTION', key, `there is no option '${key}'`, suggest(key, known));
    }
    const {
      scheduling = DEFAULTS.scheduling,
      maxConcurrentTasks = DEFAULTS.maxConcurrentTasks,
      onFailure = DEFAULTS.onFailure,
    } = this.#definition.settings;
    if (!Number.isInteger(maxConcurrentTasks) || maxConcurrentTasks < 1 || maxConcurrentTasks > 2_000) {
      const hint = 'write 1 to 2,000, the number of pending activities that Temporal allows one execution';
      this.#report('INVALID_OPTION', 'maxConcurrentTasks', `${maxConcurrentTasks} is not a number of tasks`, hint);
    }
    this.#checkChoice('scheduling', scheduling, ['frontier', 'waves']);
    this.#checkChoice('onFailure', onFailure, ['continue', 'stop', 'cancel']);
    return { scheduling, maxConcurrentTasks, onFailure };
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
      const index = this.#declared.get(handle?.id);
      if (index === undefined || handle.workflow !== this.#definition.name) {
        this.#report(
          'INVALID_OUTPUT',
          `outputs.${name}`,
          'it is not a task of this workflow',
          suggest(name, [...this.#declared.keys()]),
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

  #checkChoice(option: string, value: string, allowed: readonly string[]): void {
    if (!allowed.includes(value))
      this.#report('INVALID_OPTION', option, `'${value}' is not one of ${allowed.join(', ')}`);
  }

  #checkTitle(title: unknown, place: string): void {
    if (title !== undefined && typeof title !== 'string')
      this.#report('INVALID_OPTION', place, `it is a ${typeof title}, not a string`);
  }

  #checkName(name: string, place: string): void {
    const message = explainInvalidName(name);
    if (message !== undefined) this.#report('INVALID_NAME', place, message);
  }

  #report(code: DefinitionProblem['code'], place: string, message: string, hint?: string): void {
    const full = place === this.#definition.name ? place : `${this.#definition.name}.${place}`;
    this.#problems.push({ code, place: full, message, ...(hint !== undefined && { hint }) });
  }
}

/** From JavaScript anything may come, and from an older zod a schema that looks right. */
function isZodSchema(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && '_zod' in schema;
}
