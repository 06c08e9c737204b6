export interface ErrorDetails {
  /** Where: a path in the definition, the plan or the input, such as `release.tasks.unit.needs`. */
  readonly place?: string;
  /** The way out, as a sentence without its full stop. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The base of every error that Pawl throws: a stable `code`, the place, and a hint at the way out. */
export abstract class PawlError extends Error {
  abstract readonly code: string;
  readonly place: string | undefined;
  readonly hint: string | undefined;

  constructor(problem: string, details: ErrorDetails = {}) {
    super(
      `${details.place === undefined ? '' : `${details.place}: `}${problem}${details.hint === undefined ? '' : `; ${details.hint}`}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = new.target.name;
    this.place = details.place;
    this.hint = details.hint;
  }
}
