import type { Client } from '@temporalio/client';
import { IDENTITY_MARK } from '../core/protocol.js';
import { isGrpcStatus } from './grpc-error.js';
import { toDate } from './timestamp.js';
import { quote } from './visibility-query.js';
import { workflowTaskProblem } from './workflow-task-problem.js';

/** Temporal's numbers; its enum is in a CommonJS module whose names ESM can't import. */
const TASK_QUEUE_TYPE = { workflow: 1, activity: 2 } as const;

/** Milliseconds: a poll lasts a minute, so a worker that was not seen for longer has gone. */
const LONGEST_POLL = 75_000;

/** How many of the latest open runs are looked at for failing workflow tasks. */
const RUNS_LOOKED_AT = 50;

export interface Health {
  /** Whether the server answers, workers poll, and nothing below is wrong. */
  readonly ok: boolean;
  /** Whether the server answers. If not, the rest is unknown, and empty. */
  readonly reachable: boolean;
  readonly serverVersion: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Workers that polled the task queue lately; the server remembers one for about 5 minutes after its end. */
  readonly workers: readonly WorkerPresence[];
  /**
   * Whether all workers that poll now serve the same definitions; undefined if there are none, or if some do not tell (an identity of their own, another
   * SDK).
   */
  readonly sameDefinitions: boolean | undefined;
  /** Open runs, of the latest 50 on the task queue, whose workflow task keeps failing. */
  readonly problems: readonly RunProblem[];
}

export interface WorkerPresence {
  readonly identity: string;
  readonly polls: readonly ('workflows' | 'activities')[];
  readonly lastSeen: Date | undefined;
  /** Digest of the definitions that it serves; undefined if it does not tell. */
  readonly definitions: string | undefined;
}

export interface RunProblem {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflow: string;
  readonly problem: string;
}

export async function readHealth(client: Client, taskQueue: string, now: number): Promise<Health> {
  const place = { namespace: client.options.namespace, taskQueue };
  try {
    const [{ serverVersion }, workers, problems] = await Promise.all([
      client.workflowService.getSystemInfo({}),
      readWorkers(client, taskQueue),
      readProblems(client, taskQueue),
    ]);
    const polling = workers.filter(({ lastSeen }) => lastSeen === undefined || now - lastSeen.getTime() < LONGEST_POLL);
    const digests = polling.map((worker) => worker.definitions);
    const sameDefinitions =
      polling.length === 0 || digests.includes(undefined) ? undefined : new Set(digests).size === 1;
    const polls = new Set(polling.flatMap((worker) => worker.polls));
    const ok = polls.size === 2 && sameDefinitions !== false && problems.length === 0;
    return { ok, reachable: true, serverVersion: serverVersion ?? '', ...place, workers, sameDefinitions, problems };
  } catch (error) {
    if (!isGrpcStatus(error, 'unavailable', 'deadlineExceeded')) throw error;
    return {
      ok: false,
      reachable: false,
      serverVersion: '',
      ...place,
      workers: [],
      sameDefinitions: undefined,
      problems: [],
    };
  }
}

async function readWorkers(client: Client, taskQueue: string): Promise<WorkerPresence[]> {
  const found = new Map<string, { polls: ('workflows' | 'activities')[]; lastSeen: Date | undefined }>();
  const types = [
    ['workflows', TASK_QUEUE_TYPE.workflow],
    ['activities', TASK_QUEUE_TYPE.activity],
  ] as const;
  for (const [polls, taskQueueType] of types) {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType,
    });
    for (const { identity, lastAccessTime } of pollers ?? []) {
      const known = found.get(identity ?? '');
      found.set(identity ?? '', {
        polls: [...(known?.polls ?? []), polls],
        lastSeen: toDate(lastAccessTime) ?? known?.lastSeen,
      });
    }
  }
  return [...found].map(([identity, presence]) => ({
    identity,
    ...presence,
    definitions: identity.split(IDENTITY_MARK)[1],
  }));
}

async function readProblems(client: Client, taskQueue: string): Promise<RunProblem[]> {
  const { executions } = await client.workflowService.listWorkflowExecutions({
    namespace: client.options.namespace,
    query: `TaskQueue = ${quote(taskQueue)} AND ExecutionStatus = 'Running'`,
    pageSize: RUNS_LOOKED_AT,
  });
  const problems = await Promise.all(
    (executions ?? []).map(async ({ execution, type }) => {
      const { workflowId, runId } = { workflowId: execution?.workflowId ?? '', runId: execution?.runId ?? '' };
      const raw = await describeIfThere(client, workflowId, runId);
      const problem = raw && (await workflowTaskProblem(client, { raw, workflowId, runId }));
      return problem === undefined ? undefined : { workflowId, runId, workflow: type?.name ?? '', problem };
    }),
  );
  return problems.filter((problem) => problem !== undefined);
}

/** It may have been deleted since it was listed. Its memo is left alone: that may be encrypted with a key that is not there. */
async function describeIfThere(client: Client, workflowId: string, runId: string) {
  try {
    const { namespace } = client.options;
    return await client.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId, runId } });
  } catch (error) {
    if (isGrpcStatus(error, 'notFound')) return undefined;
    throw error;
  }
}
