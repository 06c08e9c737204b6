import type { Json } from './json.js';

/** What an operator asks of a run. `task` is an id, or an item's: `smoke[3]`. */
export type Order =
  | { readonly verb: 'pause' | 'resume' }
  | { readonly verb: 'approve' | 'reject'; readonly task: string }
  | { readonly verb: 'send'; readonly task: string; readonly value: Json }
  | { readonly verb: 'retry' | 'skip' | 'cancel'; readonly task: string }
  | { readonly verb: 'complete'; readonly task: string; readonly output?: Json }
  | { readonly verb: 'fail'; readonly task: string; readonly message: string };

export type Verb = Order['verb'];

export const VERBS = [
  'pause',
  'resume',
  'approve',
  'reject',
  'send',
  'retry',
  'skip',
  'cancel',
  'complete',
  'fail',
] as const satisfies readonly Verb[];

/** Who gave an order and why. */
export interface Signature {
  /** Of the update; an order with the id of an earlier one is not carried out again. */
  readonly id: string;
  readonly actor: string;
  readonly reason?: string;
}

/** A line of the run's audit trail. */
export interface AuditEntry extends Signature {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly verb: Verb;
  readonly task?: string;
  /** Why it had no effect: what it carried did not fit the schema, or the state had changed while that was checked. */
  readonly refused?: string;
}

/** The output of an approval. */
export interface Approval {
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason?: string;
}
