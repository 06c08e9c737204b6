import type { OrderOptions } from '../src/client/steering.js';
import { OrderFailedError, OrderRefusedError } from '../src/client/steering-errors.js';
import type { Json } from '../src/core/json.js';
import type { Order, Signature } from '../src/core/order.js';
import { refuseOrder } from '../src/core/steering.js';
import { readItemId } from '../src/core/unit-id.js';
import { encodeItem, encodeOutput } from '../src/define/encode-output.js';
import { WrongValueError } from '../src/define/wrong-value-error.js';
import { copyJson } from './copy-json.js';
import { lookUp } from './find-unit.js';
import type { InProcessDriver } from './in-process-driver.js';
import { plannedNode } from './planned-node.js';

/** Who gives an order that names nobody. */
const ACTOR = 'in-process';

/**
 * Gives an order to a run in process, as the client would: what the state makes impossible is refused and leaves no trace.
 *
 * @throws {@link OrderRefusedError}
 */
export function giveOrder(run: InProcessDriver, order: Order, options: OrderOptions = {}): void {
  const by = sign(run, options);
  if (run.scheduler.audit.some(({ id }) => id === by.id)) return;
  const reason = refuseOrder(run.scheduler, order);
  if (reason !== undefined) throw refused(run, order.verb, 'task' in order ? order.task : undefined, reason);
  run.report({ kind: 'ordered', order, by });
  run.noteOrder(run.scheduler.audit.at(-1));
}

/**
 * The run that a node or item is in, and its id there.
 *
 * @throws {@link UnknownTaskError}, {@link OrderRefusedError} if there is no such thing yet
 */
export function target(root: InProcessDriver, verb: Order['verb'], path: string): { run: InProcessDriver; id: string } {
  plannedNode(root.scheduler.plan, path);
  const found = lookUp(root, path);
  if (typeof found === 'string') throw refused(root, verb, path, found);
  return { run: found.run, id: path.slice(path.lastIndexOf('/') + 1) };
}

/**
 * The JSON of what an order gives, checked by the schema of its node.
 *
 * @param id of the node or item in the run itself
 * @throws {@link OrderFailedError}
 */
export async function encodeGiven(
  { execution }: InProcessDriver,
  id: string,
  value: unknown,
  place: 'value' | 'output',
): Promise<Json | undefined> {
  const { task, item } = readItemId(id);
  const node = execution.served.get(task)?.definition;
  if (node === undefined) throw new RangeError(`no node '${task}' in '${execution.definition.name}'`);
  try {
    return copyJson(await (item === undefined ? encodeOutput(node, value, place) : encodeItem(node, value, place)));
  } catch (error) {
    if (!(error instanceof WrongValueError)) throw error;
    throw new OrderFailedError(`'${id}': ${error.message}`, { place: `run '${execution.workflowId}'`, cause: error });
  }
}

function sign({ scheduler }: InProcessDriver, { actor = ACTOR, reason, updateId }: OrderOptions): Signature {
  const id = updateId ?? `in-process-${scheduler.audit.length + 1}`;
  return { id, actor, ...(reason !== undefined && { reason }) };
}

function refused(run: InProcessDriver, verb: string, id: string | undefined, reason: string): OrderRefusedError {
  const what = id === undefined ? verb : `${verb} '${id}'`;
  return new OrderRefusedError(`${what}: ${reason}`, { place: `run '${run.execution.workflowId}'` });
}
