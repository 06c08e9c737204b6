import type { AuditEntry, Order, Signature } from './order.js';

/** Older ones are forgotten: the trail is a part of each snapshot, and of what continue-as-new carries. */
const LINES = 1_000;

/** Who ordered what, when and why. */
export class AuditTrail {
  readonly #entries: AuditEntry[];

  constructor(entries: readonly AuditEntry[] = []) {
    this.#entries = [...entries];
  }

  get entries(): readonly AuditEntry[] {
    return this.#entries;
  }

  /** @param refused why it had no effect, if it had none */
  record(order: Order, by: Signature, at: number, refused?: string): void {
    this.note({
      ...by,
      at,
      verb: order.verb,
      ...('task' in order && { task: order.task }),
      ...(refused !== undefined && { refused }),
    });
  }

  note(entry: AuditEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length > LINES) this.#entries.shift();
  }
}
