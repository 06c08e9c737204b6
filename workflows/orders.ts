import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  currentUpdateInfo,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  TemporalFailure,
} from '@temporalio/workflow';
import { isSteady } from '../src/core/history-bound.js';
import { type AuditEntry, type Order, type Signature, VERBS, type Verb } from '../src/core/order.js';
import { givesValue, withValue } from '../src/core/order-value.js';
import {
  CHECK_ACTIVITY,
  type CheckReply,
  type CheckRequest,
  FailureType,
  type OrderArgument,
} from '../src/core/protocol.js';
import { readOrder } from '../src/core/read-order.js';
import { readSignature } from '../src/core/read-signature.js';
import { refuseOrder } from '../src/core/steering.js';
import { readItemId } from '../src/core/unit-id.js';
import type { TemporalDriver } from './temporal-driver.js';

/** What handles the orders of operators for a run. */
export interface Orders {
  readonly driver: TemporalDriver;
  /** Why no order can be taken now, though the run goes on. */
  readonly explainBusy: () => string | undefined;
  /** Is called when an order has been accepted. */
  readonly countUpdate: () => void;
  /** Is called with the line that an order has left in the audit trail. */
  readonly afterwards: (entry: AuditEntry | undefined) => Promise<void>;
}

/** Until the run has a plan: an order is to be given again. */
export function refuseOrders(): void {
  const refuse = () => {
    throw ApplicationFailure.nonRetryable('the run has no plan yet; try again', FailureType.busy);
  };
  for (const verb of VERBS)
    setHandler(defineUpdate(verb), refuse, { validator: refuse, description: DESCRIPTIONS[verb] });
}

/** Registers an update for each verb: validated without a trace, carried out at once, but for a value that a worker must check before. */
export function takeOrders(orders: Orders): void {
  for (const verb of VERBS) {
    setHandler(
      defineUpdate<void, [OrderArgument | undefined]>(verb),
      async (argument: OrderArgument | undefined) => {
        orders.countUpdate();
        const by = signatureOf(argument);
        // In a run that is being cancelled as well: what the worker says must not get lost.
        await CancellationScope.nonCancellable(() => carryOut(orders, readOrder(verb, argument), by));
      },
      { validator: (argument) => validate(orders, verb, argument), description: DESCRIPTIONS[verb] },
    );
  }
}

function validate({ driver, explainBusy }: Orders, verb: Verb, argument: OrderArgument | undefined): void {
  const order = readOrder(verb, argument);
  const { scheduler } = driver;
  const { id } = signatureOf(argument);
  if (scheduler.audit.some((entry) => entry.id === id)) return; // given before, and answered in an earlier execution
  const busy = explainBusy();
  if (busy !== undefined) throw ApplicationFailure.nonRetryable(busy, FailureType.busy);
  const reason = refuseOrder(scheduler, order);
  if (reason !== undefined) throw ApplicationFailure.nonRetryable(reason, FailureType.orderRefused);
}

async function carryOut({ driver, afterwards }: Orders, given: Order, by: Signature): Promise<void> {
  const { scheduler } = driver;
  const before = scheduler.audit.find((entry) => entry.id === by.id);
  if (before?.refused !== undefined) throw ApplicationFailure.nonRetryable(before.refused, FailureType.orderFailed);
  if (before !== undefined) return;
  const checked = await checkValue(driver, given);
  const reason = checked.kind === 'wrong' ? checked.message : refuseOrder(scheduler, checked.order);
  if (checked.kind === 'wrong' || reason !== undefined) {
    const message = reason ?? '';
    driver.report({ kind: 'orderFailed', order: given, by, message });
    await afterwards(scheduler.audit.at(-1));
    throw ApplicationFailure.nonRetryable(
      message,
      checked.kind === 'wrong' ? FailureType.orderFailed : FailureType.orderRefused,
    );
  }
  driver.report({ kind: 'ordered', order: checked.order, by });
  await afterwards(scheduler.audit.at(-1));
}

type Checked = { readonly kind: 'right'; readonly order: Order } | { readonly kind: 'wrong'; readonly message: string };

/** Schemas are a worker's business. What is given is normalised by them. */
async function checkValue({ scheduler }: TemporalDriver, order: Order): Promise<Checked> {
  if (!givesValue(order)) return { kind: 'right', order };
  const { task, item } = readItemId(order.task);
  const index = scheduler.indexOf(task);
  const planned = index === undefined ? undefined : scheduler.plan.tasks[index];
  const value = order.verb === 'send' ? order.value : order.output;
  if (planned === undefined) return { kind: 'right', order };
  const request: CheckRequest = {
    workflow: scheduler.plan.workflow,
    task,
    ...(item !== undefined && { isItem: true }),
    ...(value !== undefined && { value }),
  };
  try {
    const ask = isSteady(scheduler.plan) ? askWorker : askThisWorkerFirst;
    const reply = await ask(request, `check what ${order.verb} gives to ${order.task}`);
    if (reply?.status === 'invalid') return { kind: 'wrong', message: reply.message };
    return { kind: 'right', order: withValue(order, reply?.value) };
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const reason = error.cause?.message ?? error.message;
    return {
      kind: 'wrong',
      message: `no worker could check the value (${reason}); give it again when one with the run's definition polls its task queue`,
    };
  }
}

type Check = Record<string, (request: CheckRequest) => Promise<CheckReply>>;

/**
 * The worker that has the run in memory takes it at once; where that has not its definition, any other. A local activity would be quicker, but an update whose
 * workflow task is lost after the local activity's end is stuck: the SDK drops the answer of one that ends while it replays.
 */
function askWorker(request: CheckRequest, summary: string, allowEagerDispatch = true): Promise<CheckReply> | undefined {
  const workers = proxyActivities<Check>({
    startToCloseTimeout: '10s',
    scheduleToCloseTimeout: '30s',
    allowEagerDispatch,
    retry: { initialInterval: 100, maximumInterval: '1s' }, // until it comes to one that has
    summary,
  });
  return workers[CHECK_ACTIVITY]?.(request);
}

/** As runs of protocols before 4 do it. */
async function askThisWorkerFirst(request: CheckRequest, summary: string): Promise<CheckReply | undefined> {
  const here = proxyLocalActivities<Check>({ startToCloseTimeout: '10s', retry: { maximumAttempts: 1 }, summary });
  try {
    return await here[CHECK_ACTIVITY]?.(request);
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error; // of a local activity the failure comes as it is, in no ActivityFailure
    return askWorker(request, summary, false); // it would come to this worker again
  }
}

function signatureOf(argument: OrderArgument | undefined): Signature {
  return readSignature(currentUpdateInfo()?.id ?? '', argument);
}

const DESCRIPTIONS: Readonly<Record<Verb, string>> = {
  pause: 'Starts nothing new until `resume`; what runs goes on.',
  resume: 'Ends a pause.',
  approve: 'Lets the approval { task } succeed.',
  reject: 'Lets the approval { task } fail.',
  send: 'Gives { value } to the event { task }.',
  retry: 'Dispatches { task } anew: a task or item that is held, or that runs or waits for a worker.',
  skip: 'Skips { task }.',
  cancel: 'Cancels { task }.',
  complete: 'Lets { task } succeed with { output }.',
  fail: 'Lets { task } fail with { message }.',
};
