import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { HandlerResult, Surroundings } from '../activities/call-handler.js';
import { callWithSecrets } from '../activities/call-with-secrets.js';
import type { ServedTask } from '../activities/served-task.js';
import { toTaskFailure } from '../activities/task-failure.js';
import type { WorkerSecrets } from '../activities/worker-secrets.js';
import { reportFailure } from '../src/core/attempt-report.js';
import type { Json } from '../src/core/json.js';
import type { RetryPlan } from '../src/core/plan.js';
import type { TaskArgument } from '../src/core/protocol.js';
import type { StartTask } from '../src/core/task-argument.js';
import { wireOutput } from '../src/core/wire-output.js';
import { copyJson } from './copy-json.js';
import { nothingCached } from './nothing-cached.js';
import { nothingStored } from './nothing-stored.js';

/** Milliseconds of real time that a handler has to end after its signal aborted; then nobody waits for it any more. */
const PATIENCE = 1_000;

export type CallReport =
  | { readonly kind: 'taskSucceeded'; readonly output: Json | undefined; readonly attempts: number }
  | { readonly kind: 'taskSkipped'; readonly attempts: number }
  | ReturnType<typeof reportFailure>;

/** What a call is made of. */
export interface CalledTask {
  readonly task: ServedTask;
  readonly retry: RetryPlan;
  readonly argument: TaskArgument;
  readonly surroundings: Pick<Surroundings, 'log' | 'workflowId' | 'runId'>;
  readonly secrets: WorkerSecrets;
}

/** Calls a function of a node as its activity would, again and again until it succeeds or its attempts are used up; without waiting between them. */
export class HandlerCall {
  readonly #called: CalledTask;
  readonly #abort = new AbortController();
  #heartbeatDetails: Json | undefined;

  constructor(called: CalledTask) {
    this.#called = called;
  }

  cancel(): void {
    this.#abort.abort();
  }

  async perform({ attemptsUsed, attemptsLeft }: Pick<StartTask, 'attemptsUsed' | 'attemptsLeft'>): Promise<CallReport> {
    const { signal } = this.#abort;
    for (let attempts = attemptsUsed + 1; ; attempts++) {
      // As a real worker would: never in the same turn as the dispatch. Between attempts others have a turn, timers too, however
      // many there are.
      await (attempts === attemptsUsed + 1 ? Promise.resolve() : nextTurn());
      if (signal.aborted) return { kind: 'taskCancelled', attempts: attempts - 1 };
      try {
        const result = await this.#attempt(attempts);
        if (result.kind === 'skipped') return { kind: 'taskSkipped', attempts };
        return { kind: 'taskSucceeded', output: copyJson(wireOutput(result.output)), attempts };
      } catch (error) {
        if (signal.aborted) return { kind: 'taskCancelled', attempts };
        const failure = toTaskFailure(error, attempts);
        const { nonRetryableErrorTypes } = this.#called.retry;
        const isFinal = failure.nonRetryable || nonRetryableErrorTypes?.includes(failure.type ?? '');
        if (!isFinal && (attemptsLeft === 0 || attempts < attemptsUsed + attemptsLeft)) continue;
        return reportFailure(failure, !isFinal, { attemptsUsed, attemptsLeft });
      }
    }
  }

  /** Ends with the function, or some time after it was cancelled. */
  async #attempt(attempt: number): Promise<HandlerResult> {
    const { task, argument, surroundings, secrets } = this.#called;
    const { signal } = this.#abort;
    const ended = new AbortController();
    try {
      const around: Surroundings = {
        ...surroundings,
        signal,
        attempt,
        heartbeat: (details) => {
          this.#heartbeatDetails = copyJson(details);
        },
        heartbeatDetails: this.#heartbeatDetails,
      };
      const handled = callWithSecrets(task, copyJson(argument), around, {
        load: nothingStored,
        secrets,
        throughCache: nothingCached,
      });
      return await Promise.race([handled, giveUp(signal, ended.signal)]);
    } finally {
      ended.abort();
    }
  }
}

/** Rejects when a handler has ignored its signal for too long. */
async function giveUp(signal: AbortSignal, ended: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort', { signal: ended });
  await pause(PATIENCE, undefined, { signal: ended });
  throw new Error('the handler did not end after its signal had aborted');
}
