import type { Context } from '@temporalio/activity';
import type { Json } from '../src/core/json.js';

/** A local activity has none: its cancellation and its worker's end are noticed in the worker itself. */
const NO_HEARTBEAT: AutomaticHeartbeat = { report() {}, stop() {} };

/** Milliseconds. Cancellation arrives with a heartbeat's answer; the SDK throttles what is too often. */
const INTERVAL = 1_000;

export interface AutomaticHeartbeat {
  /** Replaces the details that every heartbeat repeats. */
  report(details: Json): void;
  stop(): void;
}

/**
 * Heartbeats for a handler that does not do so itself, so that its cancellation is delivered and a killed worker is
 * noticed. Before the handler reports anything they repeat the last attempt's details: an empty heartbeat would wipe
 * out its checkpoint.
 *
 * @param mask what the details go through each time, since a handler may change what it has reported
 */
export function startHeartbeat(activity: Context, mask: <T>(details: T) => T): AutomaticHeartbeat {
  if (activity.info.isLocal) return NO_HEARTBEAT;
  let details: unknown = activity.info.heartbeatDetails;
  const interval = Math.min(INTERVAL, (activity.info.heartbeatTimeoutMs ?? INTERVAL * 3) / 3);
  const timer = setInterval(() => activity.heartbeat(mask(details)), interval);
  return {
    report(reported) {
      details = reported;
      activity.heartbeat(mask(details));
    },
    stop: () => clearInterval(timer),
  };
}
