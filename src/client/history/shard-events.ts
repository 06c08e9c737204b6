import type { ShardOrder } from '../../core/command.js';
import { isRecord } from '../../core/json.js';
import type { AuditEntry } from '../../core/order.js';
import { AUDIT_SIGNAL, SHARD_SIGNAL } from '../../core/protocol.js';
import type { PayloadReader } from '../payloads.js';
import type { DeliveredEvent } from './delivered-events.js';
import type { RebuiltDriver } from './rebuilt-driver.js';

/** Reads from history what a run and the shards of its maps told each other. */
export class ShardEvents {
  readonly #driver: RebuiltDriver;
  readonly #payloads: PayloadReader;

  constructor(driver: RebuiltDriver, payloads: PayloadReader) {
    this.#driver = driver;
    this.#payloads = payloads;
  }

  async read({ event, at }: DeliveredEvent): Promise<void> {
    const { signalName, input } = event.workflowExecutionSignaledEventAttributes ?? {};
    if (signalName !== AUDIT_SIGNAL && signalName !== SHARD_SIGNAL) return;
    const [argument] = await this.#payloads.values(input?.payloads);
    // The casts: nobody but Pawl's own workflows sends these.
    if (signalName === SHARD_SIGNAL) this.#driver.apply({ kind: 'toldByRun', at, told: argument as ShardOrder });
    else if (isRecord(argument))
      this.#driver.apply({ kind: 'orderNoted', at, entry: argument as unknown as AuditEntry });
  }
}
