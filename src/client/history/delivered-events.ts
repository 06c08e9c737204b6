import type { temporal } from '@temporalio/proto';
import type { HistoryExtent } from '../../core/continuation-due.js';
import { toMilliseconds } from '../timestamp.js';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** An event of history with the time at which the workflow heard of it, in milliseconds since the epoch. */
export interface DeliveredEvent {
  readonly event: HistoryEvent;
  at: number;
  /** How long history was when it heard of it. */
  extent: Omit<HistoryExtent, 'updates'>;
}

/**
 * History in the order in which the workflow hears of it, and with the time at which the workflow task was started that told it.
 *
 * @param isSteady whether the run hears as `workflows/hearing.ts` says: of what comes in one workflow task of results first, then of signals and
 * requests to cancel, then of orders
 */
export function inDeliveryOrder(events: readonly HistoryEvent[], isSteady: boolean): DeliveredEvent[] {
  return isSteady ? resultsFirst(events) : ordersFirst(events);
}

function resultsFirst(events: readonly HistoryEvent[]): DeliveredEvent[] {
  const ordered: DeliveredEvent[] = [];
  /** What no completed workflow task has told yet. */
  let results: DeliveredEvent[] = [];
  let requests: DeliveredEvent[] = [];
  /** Where the next order goes: before the commands to which it and all else have led. */
  let nextOrder = 0;
  let startedAt = 0;
  for (const event of events) {
    const delivered: DeliveredEvent = { event, at: toMilliseconds(event.eventTime), extent: UNKNOWN };
    if (event.workflowTaskStartedEventAttributes) startedAt = delivered.at;
    if (event.workflowTaskCompletedEventAttributes) {
      for (const told of [...results, ...requests]) told.at = startedAt;
      ordered.push(delivered, ...requests);
      nextOrder = ordered.length;
      results = [];
      requests = [];
      continue;
    }
    if (isRequest(event)) {
      requests.push(delivered);
      continue;
    }
    if (isOfUpdate(event)) delivered.at = startedAt; // it is written when the workflow task is completed
    if (event.workflowExecutionUpdateAcceptedEventAttributes) {
      ordered.splice(nextOrder++, 0, delivered);
      continue;
    }
    if (isResult(event)) results.push(delivered);
    ordered.push(delivered);
  }
  return [...ordered, ...requests];
}

/**
 * Of what comes in one workflow task operators' orders first, then a request to cancel, and then results, which take some turns of the event loop more to
 * get through the SDK.
 */
function ordersFirst(events: readonly HistoryEvent[]): DeliveredEvent[] {
  const ordered: DeliveredEvent[] = [];
  /** What no completed workflow task has been told yet. */
  let untold: DeliveredEvent[] = [];
  /** Where the first request to cancel or result stands that came since, and of those that the last workflow task was told. */
  let firstUntold: number | undefined;
  let firstTold: number | undefined;
  let startedAt = 0;
  let extent: DeliveredEvent['extent'] = { events: 0, bytes: 0 };
  for (const event of events) {
    const delivered: DeliveredEvent = { event, at: toMilliseconds(event.eventTime), extent };
    const started = event.workflowTaskStartedEventAttributes;
    if (started) {
      startedAt = delivered.at;
      extent = { events: Number(event.eventId), bytes: Number(started.historySizeBytes ?? 0) };
    }
    if (event.workflowTaskCompletedEventAttributes) {
      for (const told of untold) Object.assign(told, { at: startedAt, extent });
      untold = [];
      firstTold = firstUntold;
      firstUntold = undefined;
    }
    if (event.workflowExecutionCancelRequestedEventAttributes) {
      untold.push(delivered);
      if (firstUntold !== undefined) {
        ordered.splice(firstUntold, 0, delivered);
        continue;
      }
      firstUntold = ordered.length;
    } else if (event.workflowExecutionUpdateAcceptedEventAttributes) {
      // It is written when the workflow task is completed, after what it was told.
      delivered.at = startedAt;
      if (firstTold !== undefined) {
        ordered.splice(firstTold++, 0, delivered);
        if (firstUntold !== undefined) firstUntold++;
        continue;
      }
    } else if (event.workflowExecutionUpdateCompletedEventAttributes) {
      delivered.at = startedAt;
    } else if (isResult(event)) {
      untold.push(delivered);
      firstUntold ??= ordered.length;
    }
    ordered.push(delivered);
  }
  return ordered;
}

/** Those of which nothing depends on it. */
const UNKNOWN: DeliveredEvent['extent'] = { events: 0, bytes: 0 };

export function isRequestOrOrder(event: HistoryEvent): boolean {
  return isRequest(event) || Boolean(event.workflowExecutionUpdateAcceptedEventAttributes);
}

function isRequest(event: HistoryEvent): boolean {
  return Boolean(
    event.workflowExecutionCancelRequestedEventAttributes ?? event.workflowExecutionSignaledEventAttributes,
  );
}

function isOfUpdate(event: HistoryEvent): boolean {
  return Boolean(
    event.workflowExecutionUpdateAcceptedEventAttributes ?? event.workflowExecutionUpdateCompletedEventAttributes,
  );
}

export function isResult(event: HistoryEvent): boolean {
  return Boolean(
    event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes ??
      event.timerFiredEventAttributes ??
      event.startChildWorkflowExecutionFailedEventAttributes ??
      event.childWorkflowExecutionCompletedEventAttributes ??
      event.childWorkflowExecutionFailedEventAttributes ??
      event.childWorkflowExecutionTimedOutEventAttributes ??
      event.childWorkflowExecutionCanceledEventAttributes ??
      event.childWorkflowExecutionTerminatedEventAttributes,
  );
}
