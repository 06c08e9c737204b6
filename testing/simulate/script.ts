import type { SimulatedOutcome } from './outcome.js';

/** What a simulation is told of every node, by its id: see {@link SimulateOptions}. */
export type ById<T> = Readonly<Record<string, T>> | ((id: string) => T | undefined);

/** Milliseconds that a call takes of which nothing is said. */
const USUAL_DURATION = 1_000;

/** Looks up what is made up: for `trips[3]/book` what is said of exactly that, or of `trips[*]/book`. */
export class Script {
  readonly #outcomeOf: (id: string) => SimulatedOutcome | undefined;
  readonly #durationOf: (id: string) => number | undefined;

  constructor(outcomes: ById<SimulatedOutcome> = {}, durations: ById<number> = {}) {
    this.#outcomeOf = lookUp(outcomes);
    this.#durationOf = lookUp(durations);
  }

  outcome(id: string): SimulatedOutcome | undefined {
    return this.#outcomeOf(id);
  }

  /** In milliseconds. */
  duration(id: string): number {
    return Math.max(0, this.#durationOf(id) ?? USUAL_DURATION);
  }
}

function lookUp<T>(given: ById<T>): (id: string) => T | undefined {
  if (typeof given === 'function') return given;
  const byId = new Map(Object.entries(given));
  const hasWildcards = [...byId.keys()].some((id) => id.includes('[*]'));
  if (!hasWildcards) return (id) => byId.get(id);
  return (id) => byId.get(id) ?? byId.get(id.replace(/\[\d+\]/g, '[*]'));
}
