import type { Cause, TaskError } from './cause.js';
import { type ItemNumbers, partSize } from './item-numbers.js';
import type { Json } from './json.js';
import type { MapPlan } from './plan.js';
import { ReadyQueue } from './ready-queue.js';
import { shardReportOf } from './shard-report.js';
import { shortenText } from './shorten-text.js';
import { isFailure, type TaskOrchestrator } from './task-orchestrator.js';
import { isInline, joinLists, readStored, storedOutputAt, type WireList, wireList, wireOutput } from './wire-output.js';

/** Items of a map in one execution; with more it is split over child workflows, so that no history grows past Temporal's limits. */
export const SHARD_SIZE = 1_000;

export interface MapItems extends ItemNumbers {
  /** What `over` returned; in a shard, its share of them. Where they are stored, all of them. */
  readonly items: WireList;
  /** How many may fail. */
  readonly tolerated: number;
}

/** Splits the items where they are too many for one execution. */
export function mapItems(items: WireList, { tolerate }: MapPlan): MapItems {
  const count = isInline(items) ? items.length : (items.claim.count ?? 0);
  const shardSize = count > SHARD_SIZE ? SHARD_SIZE : undefined;
  const tolerated =
    tolerate === undefined ? 0 : 'count' in tolerate ? tolerate.count : (tolerate.percent * count) / 100;
  return { items, from: 0, count, shardSize, tolerated: Math.floor(tolerated) };
}

/** What an `over` returned: the items, or where they are stored; undefined if that is no list. */
export function readItemList(output: Json | undefined): WireList | undefined {
  if (Array.isArray(output)) return output;
  const stored = readStored(output);
  return stored?.claim.count === undefined ? undefined : stored;
}

/** The item of a part of a map that is not split, as it travels. */
export function itemOf({ items, from }: MapItems, part: number): Json {
  if (isInline(items)) return wireOutput(items[part]) ?? null;
  const { claim, first = 0 } = items;
  return storedOutputAt(claim, from + part - first);
}

/** Follows a map's parts, from when its items are known until all are settled. */
export class MapProgress {
  readonly of: MapItems;
  readonly parts: readonly TaskOrchestrator[];
  /** Parts that may be in flight at once. */
  readonly #concurrency: number;
  readonly #again = new ReadyQueue<TaskOrchestrator>();
  /** The first part that was not looked at yet. */
  #next = 0;
  #admitted = 0;
  #settled = 0;
  #failed = 0;
  #cancelled: Cause | undefined;

  constructor(of: MapItems, parts: readonly TaskOrchestrator[], concurrency: number | undefined) {
    this.of = of;
    this.parts = parts;
    this.#concurrency = concurrency ?? parts.length;
  }

  /** How many parts are settled. */
  get settledCount(): number {
    return this.#settled;
  }

  get isSettled(): boolean {
    return this.#settled === this.parts.length;
  }

  get hasPassedTolerance(): boolean {
    return this.#failed > this.of.tolerated;
  }

  /** Whether the map can succeed without the part. */
  tolerates({ ref: { part = 0 } }: TaskOrchestrator): boolean {
    return this.#failed + partSize(this.of, part) <= this.of.tolerated;
  }

  /** Why parts were cancelled, where it was not an operator's order on one of them. */
  get cancelled(): Cause | undefined {
    return this.#cancelled;
  }

  /** A part that is ready again: it was held, or no worker had taken it. */
  offer(part: TaskOrchestrator): void {
    this.#again.push(part);
  }

  /** The parts for which there is a place now. Each takes it until `release`. */
  admit(): TaskOrchestrator[] {
    const admitted: TaskOrchestrator[] = [];
    while (this.#admitted < this.#concurrency) {
      const part = this.#again.shift() ?? this.parts[this.#next++];
      if (part === undefined) break;
      if (!part.isReady) continue;
      this.#admitted++;
      admitted.push(part);
    }
    return admitted;
  }

  release(): void {
    this.#admitted--;
  }

  settle(part: TaskOrchestrator): void {
    this.#settled++;
    if (isFailure(part)) this.#failed += partSize(this.of, part.ref.part ?? 0);
    else if (part.state === 'cancelled') this.#cancelled ??= part.cause;
    const report = shardReportOf(this, part);
    if (report === undefined) return;
    this.#failed += report.failed;
    if (report.cancelled) this.#cancelled ??= { kind: 'runCancelled' };
  }

  /** What each item made, in their order; null where there is nothing. */
  outputs(): Json {
    if (this.of.shardSize === undefined)
      return wireList(this.parts.map(({ state, output }) => outputOf(state, output)));
    return joinLists(
      this.parts.map(
        (part, index) => shardReportOf(this, part)?.outputs ?? new Array<null>(partSize(this.of, index)).fill(null),
      ),
    );
  }

  /** Why the map failed, when more items did than it tolerates. */
  failure(idOf: (part: number) => string): TaskError {
    const { count, tolerated } = this.of;
    const reasons: string[] = [];
    for (const part of this.parts) {
      if (reasons.length >= SHOWN) break;
      reasons.push(...this.#reasonsOf(part, idOf).slice(0, SHOWN - reasons.length));
    }
    const more = this.#failed - reasons.length;
    const tolerance = tolerated > 0 ? `, ${tolerated} ${tolerated === 1 ? 'is' : 'are'} tolerated` : '';
    const message = `${this.#failed} of ${count} items failed${tolerance}: ${reasons.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
    return { type: ITEMS_FAILED, message };
  }

  #reasonsOf(part: TaskOrchestrator, idOf: (part: number) => string): readonly string[] {
    const report = shardReportOf(this, part);
    if (report !== undefined) return report.reasons;
    if (part.state !== 'failed' && part.cause?.kind !== 'operator') return [];
    return [`${idOf(part.ref.part ?? 0)}: ${reasonOf(part.cause)}`];
  }
}

export const ITEMS_FAILED = 'ItemsFailed';

/** Reasons in a message, and characters of each at both ends. */
const SHOWN = 3;
const REASON_ENDS = 200;

/** Why an item failed, in few words. */
export function reasonOf(cause: Cause | undefined): string {
  return cause?.kind === 'error' ? shortenText(cause.error.message, REASON_ENDS) : 'an operator cancelled it';
}

export function outputOf(state: TaskOrchestrator['state'], output: Json | undefined): Json {
  return state === 'succeeded' ? (output ?? null) : null;
}
