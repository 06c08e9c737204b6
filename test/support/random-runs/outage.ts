import { setTimeout as pause } from 'node:timers/promises';
import { isGrpcStatus } from '../../../src/client/grpc-error.js';
import { NoWorkerError, RunBusyError, ServerUnreachableError } from '../../../src/index.js';

/** Milliseconds. */
const BACKOFF = 200;

/** Whether the error is that of a server or of workers that are away for a while. */
export function isOutage(error: unknown): boolean {
  return (
    error instanceof NoWorkerError ||
    error instanceof ServerUnreachableError ||
    error instanceof RunBusyError ||
    isGrpcStatus(error, 'unavailable', 'deadlineExceeded', 'cancelled')
  );
}

/** Does it, again and again while the server or all workers are away. */
export async function throughOutages<T>(action: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!isOutage(error)) throw error;
      await pause(BACKOFF);
    }
  }
}
