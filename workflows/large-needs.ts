import { HALF, JOINED_BUDGET, STORING_PROTOCOL } from '../src/core/inline-budget.js';
import type { Json } from '../src/core/json.js';
import { payloadSize } from '../src/core/payload-size.js';
import { taskAt } from '../src/core/plan.js';
import type { TaskArgument } from '../src/core/protocol.js';
import type { Scheduler } from '../src/core/scheduler.js';
import type { StartTask } from '../src/core/task-argument.js';
import type { TaskOrchestrator } from '../src/core/task-orchestrator.js';
import { dispatchKey } from '../src/core/unit-ref.js';
import { readEnvelope, storedOutput } from '../src/core/wire-output.js';
import type { ValueStore } from './value-store.js';

/**
 * Makes the arguments of tasks small that need much: what maps and child workflows made can be large as a whole, and so can be the needs of one that has
 * thousands. It is stored before the task starts.
 */
export class LargeNeeds {
  readonly #scheduler: Scheduler;
  readonly #values: ValueStore;
  /** Of dispatches, all of whose needs are stored together. */
  readonly #stored = new Map<string, Json>();
  #canStore: boolean;

  constructor(scheduler: Scheduler, values: ValueStore) {
    this.#scheduler = scheduler;
    this.#values = values;
    this.#canStore = scheduler.plan.protocol >= STORING_PROTOCOL;
  }

  /** The argument with what was stored for it. */
  shorten(command: StartTask, argument: TaskArgument): TaskArgument {
    const needs = this.#stored.get(dispatchKey(command));
    return needs === undefined ? argument : { ...argument, needs: needs as TaskArgument['needs'] }; // an envelope is an object, too
  }

  /** Resolves when what is too large has been stored; undefined if nothing is. */
  store(command: StartTask, argument: TaskArgument, bytes: number): Promise<void> | undefined {
    if (bytes <= JOINED_BUDGET || !this.#canStore) return undefined;
    const large = this.#largeNeeds(command);
    if (large.length > 0) return this.#storeOutputs(large);
    return bytes > HALF.argument && !this.#stored.has(dispatchKey(command))
      ? this.#storeNeeds(command, argument.needs)
      : undefined;
  }

  /** Each of these is stored once, however many need it. */
  #largeNeeds({ task, call }: StartTask): TaskOrchestrator[] {
    const { plan, tasks } = this.#scheduler;
    const needed =
      call === 'finish' ? tasks : taskAt(plan, task).needs.map((need) => this.#scheduler.unit({ task: need }));
    return needed.filter(({ output }) => payloadSize(output) > JOINED_BUDGET && !isStored(output));
  }

  async #storeOutputs(units: readonly TaskOrchestrator[]): Promise<void> {
    const outputs = units.map(({ output }) => output ?? null);
    const claims = await this.#values.store(outputs, 'store what tasks need');
    this.#canStore = claims !== undefined;
    claims?.forEach((claim, index) => {
      const unit = units[index];
      if (unit !== undefined) unit.output = storedOutput(claim);
    });
  }

  async #storeNeeds(command: StartTask, needs: TaskArgument['needs']): Promise<void> {
    const [claim] = (await this.#values.store([needs], `store what ${this.#scheduler.idOf(command)} needs`)) ?? [];
    this.#canStore = claim !== undefined;
    if (claim !== undefined) this.#stored.set(dispatchKey(command), storedOutput(claim));
  }
}

function isStored(output: Json | undefined): boolean {
  const envelope = readEnvelope(output);
  return envelope !== undefined && 'claim' in envelope;
}
