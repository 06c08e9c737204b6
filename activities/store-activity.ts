import { Context } from '@temporalio/activity';
import type { StoreReply, StoreRequest } from '../src/core/protocol.js';
import type { OutputStore } from '../src/data/output-store.js';

/** `pawl.store`: stores what a run itself can't carry, or can't give to a task. As a local activity it takes more than Temporal's messages do. */
export function storeActivity(store: OutputStore) {
  return async ({ workflow, owner, values }: StoreRequest): Promise<StoreReply> => {
    if (!store.canStore) return { status: 'noStorage' };
    const { cancellationSignal } = Context.current();
    const storedFor = { workflow, ...owner };
    const claims = await Promise.all(values.map((value) => store.store(value, storedFor, cancellationSignal)));
    return { status: 'stored', claims };
  };
}
