import type { WorkflowExecutionDescription } from '@temporalio/client';
import { RERUN_MEMO, SNAPSHOT_MEMO, type StatusRequest } from '../core/protocol.js';
import { isWireSnapshot, type WireSnapshot } from '../core/snapshot.js';
import { NoWorkerError, RunNotFoundError, UnknownTaskError } from './errors.js';
import type { ExecutionChain } from './execution-chain.js';
import { rebuildSnapshot } from './history-reader.js';
import { countOpenShards } from './open-shards.js';
import { pendingAttempts } from './pending-attempts.js';
import { queryState } from './query-state.js';
import { readHistory } from './read-history.js';
import { buildItemsPage, listItems, type RunItemsPage } from './run-items.js';
import { buildSnapshot, type RunIdentity, type RunSnapshot } from './run-snapshot.js';
import { runStatusOf } from './run-status.js';
import { shardOf } from './shard-of.js';
import type { PendingAttempt } from './task-snapshot.js';
import { workflowTaskProblem } from './workflow-task-problem.js';

/**
 * The state of a run: of an open one its worker is asked, of a closed one it was kept in the memo, and where it was not, it is rebuilt
 * from history.
 *
 * @throws {@link RunNotFoundError}, {@link NoWorkerError}
 */
export async function readStatus(chain: ExecutionChain): Promise<RunSnapshot> {
  const { run, wire, pending, problem } = await readState(chain);
  return buildSnapshot(run, wire, pending, problem);
}

/** @throws {@link UnknownTaskError}, and as {@link readStatus} */
export async function readItemsPage(chain: ExecutionChain, page: StatusRequest): Promise<RunItemsPage> {
  const state = await readState(chain, page);
  const { wire } = state;
  if (wire === undefined) return buildItemsPage(NO_PLAN, undefined, page, [], state.pending);
  const index = wire.ids.indexOf(page.items);
  if (index === -1 || wire.kinds?.[index] !== 'map') {
    throw new UnknownTaskError(`there is no map '${page.items}'`, {
      place: `run '${chain.workflowId}'`,
      hint: 'the maps are the tasks of the kind map in status()',
    });
  }
  const rows = listItems(wire, page) ?? [];
  const built = buildItemsPage(wire, wire.maps?.[index], page, rows, state.pending);
  if (state.run.status !== 'running') return built;
  return { ...built, items: await itemsOfShards(chain, wire, page, built.items) };
}

/** What the parent knows of a shard that runs is only that; the shard itself knows its items. */
async function itemsOfShards(
  chain: ExecutionChain,
  wire: WireSnapshot,
  { items: map, from, limit }: StatusRequest,
  known: RunItemsPage['items'],
): Promise<RunItemsPage['items']> {
  const items = [...known];
  for (let item = from; item < from + known.length; ) {
    const shard = shardOf(wire, map, item);
    if (shard === undefined) return items;
    const end = Math.min(shard.from + shard.size, from + limit);
    if (items[item - from]?.state === 'running') {
      const page = await pageIfStarted(chain.child(shard.id), { items: map, from: item, limit: end - item });
      items.splice(item - from, page.length, ...page);
    }
    item = end;
  }
  return items;
}

/** A shard that was dispatched a moment ago may not be there yet; one that is busy may not answer. */
async function pageIfStarted(shard: ExecutionChain, page: StatusRequest): Promise<RunItemsPage['items']> {
  try {
    return (await readItemsPage(shard, page)).items;
  } catch (error) {
    if (error instanceof RunNotFoundError || error instanceof NoWorkerError) return [];
    throw error;
  }
}

/** Milliseconds within which the worker of a run must come to answer, if it is at work. */
const BUSY_DEADLINE = 60_000;

interface RunState {
  readonly run: RunIdentity;
  readonly wire: WireSnapshot | undefined;
  readonly pending: ReadonlyMap<string, PendingAttempt>;
  readonly problem: string | undefined;
}

async function readState(chain: ExecutionChain, page?: StatusRequest): Promise<RunState> {
  const { client, workflowId } = chain;
  const giveUp = Date.now() + BUSY_DEADLINE;
  for (;;) {
    const description = await chain.latest();
    const run: RunIdentity = {
      workflow: description.type,
      workflowId,
      runId: description.runId,
      status: runStatusOf(description.status.name),
      startedAt: description.startTime,
      closedAt: description.closeTime,
      cancelRequested: description.raw.workflowExtendedInfo?.cancelRequested === true,
      rerunOf: rerunOf(description),
    };
    if (run.status !== 'running') {
      return { run, wire: await closedState(chain, description, page), pending: new Map(), problem: undefined };
    }
    const problem = await workflowTaskProblem(client, description);
    const wire =
      problem === undefined
        ? await queryState(client, description, page)
        : await stateInHistory(chain, description, page);
    if (wire === 'ask again') {
      if (Date.now() < giveUp) continue;
      throw new NoWorkerError(`the worker of the open run '${workflowId}' has been at a workflow task for a minute`, {
        place: `task queue '${description.taskQueue}'`,
        hint: 'it answers when its local tasks are done, or another does when the workflow task has timed out',
      });
    }
    const counted = wire && problem === undefined ? await countOpenShards(chain, wire) : wire;
    return { run, wire: counted, pending: await pendingAttempts(client, description), problem };
  }
}

async function closedState(
  chain: ExecutionChain,
  description: WorkflowExecutionDescription,
  page: StatusRequest | undefined,
): Promise<WireSnapshot | undefined> {
  const kept = description.memo?.[SNAPSHOT_MEMO];
  const isEnough = isWireSnapshot(kept) && (page === undefined || !hasItems(kept, page) || listItems(kept, page));
  return isEnough ? kept : stateInHistory(chain, description, page);
}

/** Whether there are items of which the page could show some. */
function hasItems(wire: WireSnapshot, { items }: StatusRequest): boolean {
  return wire.maps?.[wire.ids.indexOf(items)] !== undefined;
}

async function stateInHistory(
  chain: ExecutionChain,
  { runId }: WorkflowExecutionDescription,
  page: StatusRequest | undefined,
) {
  return rebuildSnapshot(...(await readHistory(chain, runId)), page ?? 'counted');
}

function rerunOf({ memo }: WorkflowExecutionDescription): RunIdentity['rerunOf'] {
  const kept = memo?.[RERUN_MEMO];
  return isRunReference(kept) ? { workflowId: kept.workflowId, runId: kept.runId } : undefined;
}

function isRunReference(value: unknown): value is { workflowId: string; runId: string } {
  if (typeof value !== 'object' || value === null || !('workflowId' in value) || !('runId' in value)) return false;
  return typeof value.workflowId === 'string' && typeof value.runId === 'string';
}

/** Of a run whose first step has not been made. */
const NO_PLAN = { ids: [] };
