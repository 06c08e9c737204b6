import { z } from 'zod';
import { optionsOf, type Plan, type PlannedTask } from '../../../src/core/plan.js';
import { optional, settled, type TaskContext, type TaskHandle, type WorkflowDefinition } from '../../../src/index.js';
import { type LooseBuilder, looseDefinition } from '../loose-builder.js';
import type { CalledFunction } from './call-log.js';
import { doDeed } from './deed.js';
import type { RandomDefinition } from './finished-run.js';
import { defineLegs, type Legs } from './legs.js';
import { type Fate, fateAt, type NodeFate, type RandomRun } from './random-run.js';

export interface DefinitionSettings {
  /** The file that calls are appended to. */
  readonly log: string;
  /** Milliseconds since the epoch, from which the dates of sleeps are counted. */
  readonly begin: number;
  /** Milliseconds after which a killed worker is noticed. */
  readonly heartbeatTimeout: number;
}

/** Model plans have their times in seconds, so that they are read easily; a test on a server has not so much time. */
const TIMES_FASTER = 20;

/** The workflows as a user would write them, `run0` for the first. */
export function defineRandomRuns(runs: readonly RandomRun[], settings: DefinitionSettings): RandomDefinition[] {
  const legs = defineLegs(settings);
  return runs.map((random, index) => ({ random, definition: defineRandomRun(`run${index}`, random, settings, legs) }));
}

/** Its functions log that they were called, and with what, and do what their fate says. */
function defineRandomRun(name: string, run: RandomRun, settings: DefinitionSettings, legs: Legs): WorkflowDefinition {
  const { plan } = run;
  const { scheduling, onFailure, maxConcurrentTasks, holdTimeout, compensateOn } = plan;
  const options = {
    scheduling,
    onFailure,
    maxConcurrentTasks,
    ...(holdTimeout !== undefined && { holdTimeout: holdTimeout / TIMES_FASTER }),
    ...(compensateOn !== undefined && { compensateOn }),
  };
  const build = (builder: LooseBuilder) => {
    const handles: TaskHandle[] = [];
    plan.tasks.forEach((task, index) => {
      const node = new RandomNode(plan, task, fateAt(run.fates, index), settings, legs);
      if (task.kind === 'finish') {
        builder.onFinish(task.id, node.finishOptions());
        return;
      }
      const add = (at: LooseBuilder) => handles.push(node.addTo(at, handles));
      if (fateAt(run.fates, index).isGrouped) builder.group(`g${index}`, add);
      else add(builder);
    });
    return Object.fromEntries(Object.entries(plan.outputs).map(([output, index]) => [output, handles[index]]));
  };
  return looseDefinition(build, options, name);
}

/** One node of the definition that is made from a plan. */
class RandomNode {
  readonly #plan: Plan;
  readonly #task: PlannedTask;
  readonly #fate: NodeFate;
  readonly #settings: DefinitionSettings;
  readonly #legs: Legs;

  constructor(plan: Plan, task: PlannedTask, fate: NodeFate, settings: DefinitionSettings, legs: Legs) {
    this.#plan = plan;
    this.#task = task;
    this.#fate = fate;
    this.#settings = settings;
    this.#legs = legs;
  }

  addTo(builder: LooseBuilder, handles: readonly TaskHandle[]): TaskHandle {
    const { id, kind, wait } = this.#task;
    const options = { ...this.#common(handles), ...this.#functions() };
    switch (kind) {
      case 'subworkflow':
        return builder.subworkflow(id, this.#task.asks ? this.#legs.withInput : this.#legs.withoutInput, options);
      case 'event':
        return builder.event(id, { ...options, schema: z.string() });
      case 'sleep': {
        const { until, duration = 0 } = wait ?? {};
        const date = until && new Date(this.#settings.begin + until / TIMES_FASTER);
        return builder.sleep(id, until === 0 ? new Date(1) : (date ?? duration / TIMES_FASTER), options);
      }
      case 'finish':
        throw new RangeError('it is added otherwise');
      default:
        return builder[kind](id, options);
    }
  }

  finishOptions(): object {
    return { ...this.#activitySettings(), run: this.#calls('finish', this.#fate.fate, () => undefined) };
  }

  #common(handles: readonly TaskHandle[]): object {
    const { needs, as, modes, trigger, allowFailure } = this.#task;
    const named = needs.map((need, n) => {
      const handle = handles[need] as TaskHandle;
      const mode = modes?.[n] ?? 'p';
      const name = as?.[n] ?? `n${need}`;
      return [name, mode === 'o' ? optional(handle) : mode === 's' ? settled(handle) : handle];
    });
    return {
      ...this.#activitySettings(),
      needs: Object.fromEntries(named),
      ...(trigger !== undefined && needs.length > 0 && { trigger }),
      ...(allowFailure && { allowFailure }),
    };
  }

  #activitySettings(): object {
    const { kind, asks } = this.#task;
    const hasActivity = asks || ['task', 'map', 'resource', 'finish'].includes(kind);
    if (!hasActivity) return {};
    const { maximumAttempts } = optionsOf(this.#plan, this.#task).retry;
    return {
      heartbeatTimeout: this.#settings.heartbeatTimeout,
      startToCloseTimeout: 30_000,
      retry: {
        // One that always fails must come to an end.
        maximumAttempts: maximumAttempts === 0 ? 4 : maximumAttempts,
        initialInterval: 10,
        backoffCoefficient: 1,
      },
    };
  }

  #functions(): object {
    const { id, kind, asks, compensate, map, child, wait } = this.#task;
    const { fate, items, itemFates, undo } = this.#fate;
    const output = () => (id.endsWith('3') ? undefined : { of: id });
    switch (kind) {
      case 'task':
        return {
          ...this.#when(),
          run: this.#calls('run', fate, output),
          ...(compensate && { compensate: this.#calls('compensate', undo, () => undefined) }),
        };
      case 'resource':
        return {
          ...this.#when(),
          create: this.#calls('create', fate, output),
          destroy: this.#calls('destroy', undo, () => undefined),
        };
      case 'subworkflow':
        return asks
          ? { with: this.#calls('with', fate, () => ({ fate: itemFates[0], nap: 30 })), ...this.#when() }
          : {};
      case 'map': {
        const { tolerate, concurrency } = map ?? {};
        const tolerated = tolerate && ('count' in tolerate ? tolerate.count : `${tolerate.percent}%`);
        const item = (index: number) => ({ fate: itemFates[index] ?? 'succeeds', nap: 30 });
        return {
          ...this.#when(),
          ...(tolerated !== undefined && { tolerate: tolerated }),
          ...(concurrency !== undefined && { concurrency }),
          over: this.#calls('over', fate, () => Array.from({ length: items }, (_, index) => item(index))),
          ...(child === undefined && { run: this.#callsOfItems('run') }),
          ...(child !== undefined && { workflow: this.#legs.withInput }),
          ...(child !== undefined && asks && { with: this.#callsOfItems('with') }),
        };
      }
      default: {
        const { timeout, onTimeout } = wait ?? {};
        const value = kind === 'approval' ? { by: 'clock', at: new Date(0).toISOString() } : 'timed out';
        return {
          ...(asks && { when: this.#calls('when', fate, () => this.#fate.when !== 'no') }),
          ...(timeout !== undefined && { timeout: timeout / TIMES_FASTER }),
          ...(onTimeout !== undefined && { onTimeout: onTimeout === 'skip' ? onTimeout : { value } }),
        };
      }
    }
  }

  #when(): object {
    const { when } = this.#fate;
    return when === 'none' ? {} : { when: this.#calls('when', 'succeeds', () => when === 'yes') };
  }

  #callsOfItems(name: 'run' | 'with') {
    return (item: { readonly fate: Fate }, context: TaskContext) =>
      this.#calls(name, item.fate, () => (name === 'with' ? { ...item, fate: 'succeeds' } : { of: context.task }))(
        item,
        context,
      );
  }

  #calls<T>(name: CalledFunction, fate: Fate, result: () => T) {
    const { duration, heeds } = this.#fate;
    return async (given: unknown, context: TaskContext): Promise<T> => {
      await doDeed({ log: this.#settings.log, name, fate, duration, heeds }, given, context);
      return result();
    };
  }
}
