import { WorkflowFailedError } from '@temporalio/client';
import { NoWorkerError } from './errors.js';
import type { ExecutionChain } from './execution-chain.js';
import { isGrpcStatus } from './grpc-error.js';
import { Pause } from './pause.js';
import { readStatus } from './read-status.js';
import type { RunSnapshot } from './run-snapshot.js';

/** Milliseconds between two looks. */
const WATCH_INTERVAL = 500;
const LEAST_INTERVAL = 50;
const MOST_INTERVAL = 3_600_000;

export interface WatchOptions {
  /** Milliseconds between two looks at the run, 50 at least. @default 500 */
  readonly interval?: number;
}

/** Snapshots of a run whenever it has changed, up to its end. */
export async function* watchRun(
  chain: ExecutionChain,
  { interval = WATCH_INTERVAL }: WatchOptions,
): AsyncGenerator<RunSnapshot, void, void> {
  const rhythm = Math.min(
    Math.max(Number.isFinite(interval) ? interval : WATCH_INTERVAL, LEAST_INTERVAL),
    MOST_INTERVAL,
  );
  const following = new AbortController();
  const pause = new Pause();
  void ended(chain, following.signal).then(() => pause.end());
  try {
    let last = '';
    for (;;) {
      const snapshot = await statusIfAnswered(chain);
      const text = JSON.stringify(snapshot);
      if (snapshot !== undefined && text !== last) yield snapshot;
      if (snapshot !== undefined && snapshot.status !== 'running') return;
      last = text ?? last;
      await pause.take(rhythm);
    }
  } finally {
    following.abort(); // nobody waits for the end any more, whether it came or the caller left
  }
}

/** Resolves at the run's end; how it ended is in the last snapshot. If the server is lost meanwhile, it never does. */
async function ended(chain: ExecutionChain, signal: AbortSignal): Promise<void> {
  try {
    await chain.client.withAbortSignal(signal, () => chain.result());
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) await new Promise(() => {});
  }
}

async function statusIfAnswered(chain: ExecutionChain): Promise<RunSnapshot | undefined> {
  try {
    return await readStatus(chain);
  } catch (error) {
    if (error instanceof NoWorkerError || isGrpcStatus(error, 'unavailable')) return undefined; // it may come back
    throw error;
  }
}
