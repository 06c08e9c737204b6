import { randomUUID } from 'node:crypto';
import type { Json } from '../core/json.js';
import { asJson, findJsonProblem } from '../core/json-walk.js';
import type { Verb } from '../core/order.js';
import type { OrderArgument } from '../core/protocol.js';
import { readItemId } from '../core/unit-id.js';
import { encodeItem, encodeOutput } from '../define/encode-output.js';
import type { WorkflowDefinition } from '../define/workflow-definition.js';
import { WrongValueError } from '../define/wrong-value-error.js';
import { RunNotFoundError } from './errors.js';
import type { ExecutionChain } from './execution-chain.js';
import { routeOrder } from './route-order.js';
import { sendOrder } from './send-order.js';
import { OrderFailedError, RunClosedError } from './steering-errors.js';

/** What every order can say of itself; it is kept in the run's audit trail. */
export interface OrderOptions {
  /** Who gives it. @default the client's identity */
  readonly actor?: string;
  readonly reason?: string;
  /** Given again with the same id, an order is not carried out twice. @default random */
  readonly updateId?: string;
}

type OrderContent = Pick<OrderArgument, 'task' | 'value' | 'output' | 'message'>;

/** Gives orders to one run. */
export class Steering {
  readonly #chain: ExecutionChain;
  readonly #definition: WorkflowDefinition | undefined;

  /** @param definition with it what an order carries is checked before it is sent; without, a worker checks it alone */
  constructor(chain: ExecutionChain, definition: WorkflowDefinition | undefined) {
    this.#chain = chain;
    this.#definition = definition;
  }

  async order(verb: Verb, content: OrderContent, options: OrderOptions = {}): Promise<void> {
    const { actor = this.#chain.client.options.identity, reason, updateId = randomUUID() } = options;
    const argument = { ...content, actor, ...(reason !== undefined && { reason }) };
    const chain = content.task === undefined ? this.#chain : await routeOrder(this.#chain, content.task);
    try {
      await sendOrder(chain, { verb, argument, updateId });
    } catch (error) {
      // Where the child workflow with the item is not there yet or any more, the run itself knows why, and what can be done.
      const isGone = error instanceof RunNotFoundError || error instanceof RunClosedError;
      if (chain === this.#chain || !isGone) throw error;
      await sendOrder(this.#chain, { verb, argument, updateId });
    }
  }

  async send(event: string, value: unknown, options?: OrderOptions): Promise<void> {
    const wire = await this.#encode(event, value, 'value');
    await this.order('send', { task: event, ...(wire !== undefined && { value: wire }) }, options);
  }

  async complete(task: string, output: unknown, options?: OrderOptions): Promise<void> {
    const wire = await this.#encode(task, output, 'output');
    await this.order('complete', { task, ...(wire !== undefined && { output: wire }) }, options);
  }

  /** @throws {@link OrderFailedError} */
  async #encode(id: string, value: unknown, place: string): Promise<Json | undefined> {
    const { task, item } = readItemId(id);
    const node = this.#definition?.tasks.find((candidate) => candidate.id === task);
    try {
      if (node === undefined) return plainJson(value, place);
      return await (item === undefined ? encodeOutput(node, value, place) : encodeItem(node, value, place));
    } catch (error) {
      if (!(error instanceof WrongValueError)) throw error;
      throw new OrderFailedError(`'${id}': ${error.message}`, {
        place: `run '${this.#chain.workflowId}'`,
        cause: error,
      });
    }
  }
}

function plainJson(value: unknown, place: string): Json | undefined {
  const problem = findJsonProblem(value, place);
  if (problem === undefined) return asJson(value);
  throw new WrongValueError(`${problem.found} is not JSON`, { place: problem.path });
}
