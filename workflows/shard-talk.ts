import { defineSignal, getExternalWorkflowHandle, log, setHandler, workflowInfo } from '@temporalio/workflow';
import type { ShardOrder } from '../src/core/command.js';
import type { AuditEntry } from '../src/core/order.js';
import { AUDIT_SIGNAL, SHARD_SIGNAL } from '../src/core/protocol.js';
import type { TemporalDriver } from './temporal-driver.js';

/** A run and the shards of its maps are one to whoever looks at them: a pause reaches the shards, and orders on their items are in the run's audit trail. */
export function listenToShards(driver: TemporalDriver, isShard: boolean): void {
  if (isShard) {
    setHandler(defineSignal<[ShardOrder]>(SHARD_SIGNAL), (told) => driver.report({ kind: 'toldByRun', told }), {
      description: 'What befell the run that these items are a part of.',
    });
  } else {
    setHandler(defineSignal<[AuditEntry]>(AUDIT_SIGNAL), (entry) => driver.report({ kind: 'orderNoted', entry }), {
      description: "An order that was given to items of a map, for the run's audit trail.",
    });
  }
}

/** An order that a shard has taken goes into the audit trail of its run. */
export async function noteInRun(entry: AuditEntry | undefined): Promise<void> {
  const { parent } = workflowInfo();
  if (parent === undefined || entry === undefined) return;
  try {
    // Whichever execution of the run is the latest.
    await getExternalWorkflowHandle(parent.workflowId).signal(AUDIT_SIGNAL, entry);
  } catch (error) {
    log.warn('the run that these items are a part of has ended, and its audit trail lacks an order', { error });
  }
}
