import type { TaskError } from '../../core/cause.js';
import { childAttempts, childError, childOutput } from '../../core/child-end.js';
import { explainBusyChild } from '../../core/child-start.js';
import type { SchedulerEvent } from '../../core/event.js';
import type { Json } from '../../core/json.js';
import { type DispatchRef, dispatchOf } from '../../core/unit-ref.js';
import type { PayloadReader } from '../payloads.js';
import type { DeliveredEvent, HistoryEvent } from './delivered-events.js';
import type { RebuiltDriver } from './rebuilt-driver.js';
import { dispatchOfChildId } from './unit-of-id.js';

type ChildEnd =
  | { readonly kind: 'taskSucceeded'; readonly output: Json | undefined }
  | { readonly kind: 'taskFailed'; readonly error: TaskError }
  | { readonly kind: 'taskCancelled' };

/** Reads the life of child workflows from history: subworkflows and the shards of large maps. */
export class ChildEvents {
  readonly #driver: RebuiltDriver;
  readonly #payloads: PayloadReader;
  /** By the event id of their StartChildWorkflowExecutionInitiated. */
  readonly #children = new Map<string, DispatchRef>();

  constructor(driver: RebuiltDriver, payloads: PayloadReader) {
    this.#driver = driver;
    this.#payloads = payloads;
  }

  async read({ event, at }: DeliveredEvent): Promise<void> {
    const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes;
    if (initiated) {
      // The workflow id of the parent, a slash, and the id of the unit, which has none.
      const id = initiated.workflowId?.split('/').at(-1) ?? '';
      const ref = dispatchOfChildId(this.#driver.scheduler, id);
      if (ref === undefined) return;
      this.#driver.begin(ref);
      this.#children.set(String(event.eventId), ref);
      return;
    }
    const ref = this.#children.get(String(initiatedEventId(event)));
    if (ref !== undefined && event.startChildWorkflowExecutionFailedEventAttributes) {
      const { scheduler } = this.#driver;
      const { attempts } = scheduler.unit(ref);
      const reason = explainBusyChild(scheduler, ref);
      this.#driver.apply({ kind: 'taskUnserved', at, ...dispatchOf(ref), attempts, reason });
      return;
    }
    const end = ref && (await this.#readEnd(event, ref));
    if (ref === undefined || end === undefined) return;
    const attempts = childAttempts(this.#driver.scheduler.unit(ref));
    this.#driver.apply({ at, ...dispatchOf(ref), ...end, attempts } satisfies SchedulerEvent);
  }

  async #readEnd(event: HistoryEvent, ref: DispatchRef): Promise<ChildEnd | undefined> {
    const completed = event.childWorkflowExecutionCompletedEventAttributes;
    if (completed) {
      const [output] = await this.#payloads.values(completed.result?.payloads);
      return {
        kind: 'taskSucceeded',
        output: childOutput(output as Json | undefined, this.#driver.scheduler.isShard(ref)),
      }; // Pawl's workflows return JSON
    }
    const failed = event.childWorkflowExecutionFailedEventAttributes;
    if (failed) return { kind: 'taskFailed', error: childError(await this.#payloads.failure(failed.failure)) };
    if (event.childWorkflowExecutionCanceledEventAttributes) return { kind: 'taskCancelled' };
    if (event.childWorkflowExecutionTimedOutEventAttributes) return failure('TimeoutFailure', 'it timed out');
    if (event.childWorkflowExecutionTerminatedEventAttributes) return failure('TerminatedFailure', 'it was terminated');
    return undefined;
  }
}

function initiatedEventId(event: HistoryEvent) {
  return (
    event.childWorkflowExecutionCompletedEventAttributes ??
    event.childWorkflowExecutionFailedEventAttributes ??
    event.childWorkflowExecutionCanceledEventAttributes ??
    event.childWorkflowExecutionTimedOutEventAttributes ??
    event.childWorkflowExecutionTerminatedEventAttributes ??
    event.startChildWorkflowExecutionFailedEventAttributes
  )?.initiatedEventId;
}

function failure(type: string, message: string): ChildEnd {
  return { kind: 'taskFailed', error: { type, message } };
}
