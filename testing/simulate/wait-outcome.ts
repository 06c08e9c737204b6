import type { Order, Signature } from '../../src/core/order.js';
import type { PlannedTask } from '../../src/core/plan.js';
import type { SimulatedOutcome } from './outcome.js';

/** Who decides and sends in a simulation. */
const OPERATOR: Omit<Signature, 'id'> = { actor: 'simulate' };

/** What an operator does for a node that waits, and after how many milliseconds; undefined where only its time ends the wait. */
export function answerWait(
  { id, kind }: PlannedTask,
  outcome: SimulatedOutcome | undefined,
  duration: number,
): { readonly order: Order; readonly by: Signature; readonly delay: number } | undefined {
  if (outcome === 'timeout' || (kind !== 'approval' && kind !== 'event')) return undefined;
  const by = { id: `simulate ${id}`, ...OPERATOR };
  if (kind === 'approval')
    return { order: { verb: outcome === 'reject' ? 'reject' : 'approve', task: id }, by, delay: duration };
  const { value, after = duration } = typeof outcome === 'object' && 'value' in outcome ? outcome : { value: null };
  return { order: { verb: 'send', task: id, value }, by, delay: after };
}
