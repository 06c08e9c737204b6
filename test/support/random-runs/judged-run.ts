import type { PayloadReader } from '../../../src/client/payloads.js';
import { type ReplayedRun, replayIntoOracle } from '../replay-into-oracle.js';
import { type CallEntry, readCalls } from './call-log.js';
import type { FinishedRandomRun, RecordedRun } from './finished-run.js';
import { describeRandomRun } from './random-run.js';

/** A run, or a child workflow of one, with what the oracle says of it. */
export interface JudgedRun {
  readonly recorded: RecordedRun;
  readonly replayed: ReplayedRun;
  readonly calls: readonly CallEntry[];
  /** Undefined for a child workflow. */
  readonly run: FinishedRandomRun | undefined;
  /** Which it is, for messages. */
  readonly context: string;
}

/**
 * Tells the oracle what became of each run.
 *
 * @param log of the calls
 * @throws Error that has the first histories that the oracle does not understand
 */
export async function judgeRuns(
  runs: readonly FinishedRandomRun[],
  { log, payloads, seed }: { readonly log: string; readonly payloads: PayloadReader; readonly seed: number },
): Promise<JudgedRun[]> {
  const calls = readCalls(log);
  const judged: JudgedRun[] = [];
  const problems: string[] = [];
  for (const [n, run] of runs.entries()) {
    for (const recorded of [run, ...run.children]) {
      const context = `${recorded.workflowId}, run ${n} of seed ${seed}: ${describeRandomRun(run.random)}`;
      try {
        const replayed = await replayIntoOracle(recorded.histories, payloads);
        const ofRun = calls.get(recorded.workflowId) ?? [];
        judged.push({ recorded, replayed, calls: ofRun, run: recorded === run ? run : undefined, context });
      } catch (error) {
        problems.push(`${context}\n${error instanceof Error ? error.message : error}`);
      }
    }
  }
  if (problems.length > 0) throw new Error(`${problems.length} problems\n${problems.slice(0, 5).join('\n\n')}`);
  return judged;
}
