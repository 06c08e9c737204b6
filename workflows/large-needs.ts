import { CROWDED, HALF, JOINED_BUDGET, storesOutputs } from '../src/core/inline-budget.js';
import type { Json } from '../src/core/json.js';
import { payloadSize } from '../src/core/payload-size.js';
import { taskAt } from '../src/core/plan.js';
import type { TaskArgument } from '../src/core/protocol.js';
import type { Scheduler } from '../src/core/scheduler.js';
import type { StartTask } from '../src/core/task-argument.js';
import type { TaskOrchestrator } from '../src/core/task-orchestrator.js';
import { dispatchKey } from '../src/core/unit-ref.js';
import { type Claim, readEnvelope, readStored, storedOutput } from '../src/core/wire-output.js';
import type { Obstacle } from './start-queue.js';
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
  readonly #values: Pick<ValueStore, 'storeThen'>;
  readonly #broken: (error: unknown) => void;
  readonly #historyBytes: () => number;
  readonly #stored = new Map<string, StoredNeeds>();
  #canStore: boolean;

  /**
   * @param historyBytes of the execution
   * @param broken is called for what is wrong with this code
   */
  constructor(
    scheduler: Scheduler,
    values: Pick<ValueStore, 'storeThen'>,
    historyBytes: () => number,
    broken: (error: unknown) => void,
  ) {
    this.#broken = broken;
    this.#scheduler = scheduler;
    this.#values = values;
    this.#historyBytes = historyBytes;
    this.#canStore = storesOutputs(scheduler.plan);
  }

  /** The argument with what was stored for it. */
  shorten(command: StartTask, argument: TaskArgument): TaskArgument {
    const stored = this.#stored.get(keyOf(command));
    if (stored === undefined) return argument;
    if (stored.text !== undefined && stored.text !== JSON.stringify(argument.needs)) return argument;
    return { ...argument, needs: stored.wire as TaskArgument['needs'] }; // an envelope is an object, too
  }

  /** Stores what is too large, and calls back; undefined if nothing is. */
  store(command: StartTask, argument: TaskArgument, bytes: number): Obstacle | undefined {
    const isCrowded = this.#historyBytes() > CROWDED.history;
    const ofOne = isCrowded ? CROWDED.needs : JOINED_BUDGET;
    if (bytes <= ofOne || !this.#canStore) return undefined;
    const large = this.#largeNeeds(command, ofOne);
    if (large.length > 0) return (isGone) => this.#storeOutputs(large, isGone);
    const isTooLarge = isCrowded ? payloadSize(argument.needs) > CROWDED.needs : bytes > HALF.argument;
    return isTooLarge && readEnvelope(argument.needs) === undefined
      ? (isGone) => this.#storeNeeds(command, argument.needs, isGone)
      : undefined;
  }

  /** Each of these is stored once, however many need it. */
  #largeNeeds({ task, call }: StartTask, most: number): TaskOrchestrator[] {
    const { plan, tasks } = this.#scheduler;
    const needed =
      call === 'finish' ? tasks : taskAt(plan, task).needs.map((need) => this.#scheduler.unit({ task: need }));
    // What has not succeeded is given to nobody: the input of a child that still runs would be put in the place of what that makes meanwhile.
    return needed.filter(
      ({ state, output }) => state === 'succeeded' && payloadSize(output) > most && readStored(output) === undefined,
    );
  }

  #storeOutputs(units: readonly TaskOrchestrator[], isGone: () => void): void {
    const outputs = units.map(({ output }) => output ?? null);
    this.#store(outputs, 'store what tasks need', isGone, (claims) => {
      claims.forEach((claim, index) => {
        const unit = units[index];
        if (unit !== undefined) unit.output = storedOutput(claim);
      });
    });
  }

  #storeNeeds(command: StartTask, needs: TaskArgument['needs'], isGone: () => void): void {
    this.#store([needs], `store what ${this.#scheduler.idOf(command)} needs`, isGone, ([claim]) => {
      if (claim === undefined) return;
      const text = command.part === undefined ? undefined : JSON.stringify(needs);
      this.#stored.set(keyOf(command), { wire: storedOutput(claim), text });
    });
  }

  #store(values: Json[], summary: string, isGone: () => void, stored: (claims: readonly Claim[]) => void): void {
    const done = (claims: readonly Claim[] | undefined) => {
      this.#canStore = claims !== undefined;
      if (claims !== undefined) stored(claims);
      isGone();
    };
    this.#values.storeThen(values, summary, done, this.#broken);
  }
}

function keyOf(command: StartTask): string {
  return command.part === undefined ? dispatchKey(command) : `items of ${command.task}`;
}
