import { CROWDED, HALF, JOINED_BUDGET, STORING_PROTOCOL } from '../src/core/inline-budget.js';
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

/** Needs that are stored together. */
interface StoredNeeds {
  readonly wire: Json;
  /** Their JSON, of the items of a map: what one item needs the next does as well. */
  readonly text: string | undefined;
}

/**
 * Makes the arguments of tasks small that need much: what maps and child workflows made can be large as a whole, and so can be the needs of one that has
 * thousands, or of thousands that have some. It is stored before the task starts.
 */
export class LargeNeeds {
  readonly #scheduler: Scheduler;
  readonly #values: Pick<ValueStore, 'store'>;
  readonly #historyBytes: () => number;
  readonly #stored = new Map<string, StoredNeeds>();
  #canStore: boolean;

  /** @param historyBytes of the execution, as the present workflow task knows it */
  constructor(scheduler: Scheduler, values: Pick<ValueStore, 'store'>, historyBytes: () => number) {
    this.#scheduler = scheduler;
    this.#values = values;
    this.#historyBytes = historyBytes;
    this.#canStore = scheduler.plan.protocol >= STORING_PROTOCOL;
  }

  /** The argument with what was stored for it. */
  shorten(command: StartTask, argument: TaskArgument): TaskArgument {
    const stored = this.#stored.get(keyOf(command));
    if (stored === undefined) return argument;
    if (stored.text !== undefined && stored.text !== JSON.stringify(argument.needs)) return argument;
    return { ...argument, needs: stored.wire as TaskArgument['needs'] }; // an envelope is an object, too
  }

  /** Resolves when what is too large has been stored; undefined if nothing is. */
  store(command: StartTask, argument: TaskArgument, bytes: number): Promise<void> | undefined {
    const isCrowded = this.#historyBytes() > CROWDED.history;
    const ofOne = isCrowded ? CROWDED.needs : JOINED_BUDGET;
    if (bytes <= ofOne || !this.#canStore) return undefined;
    const large = this.#largeNeeds(command, ofOne);
    if (large.length > 0) return this.#storeOutputs(large);
    const isTooLarge = isCrowded ? payloadSize(argument.needs) > CROWDED.needs : bytes > HALF.argument;
    return isTooLarge && readEnvelope(argument.needs) === undefined
      ? this.#storeNeeds(command, argument.needs)
      : undefined;
  }

  /** Each of these is stored once, however many need it. */
  #largeNeeds({ task, call }: StartTask, most: number): TaskOrchestrator[] {
    const { plan, tasks } = this.#scheduler;
    const needed =
      call === 'finish' ? tasks : taskAt(plan, task).needs.map((need) => this.#scheduler.unit({ task: need }));
    return needed.filter(({ output }) => payloadSize(output) > most && !isStored(output));
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
    if (claim === undefined) return;
    const text = command.part === undefined ? undefined : JSON.stringify(needs);
    this.#stored.set(keyOf(command), { wire: storedOutput(claim), text });
  }
}

function keyOf(command: StartTask): string {
  return command.part === undefined ? dispatchKey(command) : `items of ${command.task}`;
}

function isStored(output: Json | undefined): boolean {
  const envelope = readEnvelope(output);
  return envelope !== undefined && 'claim' in envelope;
}
