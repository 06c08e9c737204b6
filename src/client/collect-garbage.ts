import type { Client } from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import { isRecord } from '../core/json.js';
import { RERUN_MEMO } from '../core/protocol.js';
import { type CollectableStorageDriver, isCollectable, type StoredObject } from '../data/collectable-storage-driver.js';
import { cacheKeyOf, isRunFolder, type OwnerFolder, runFolder } from '../data/object-owner.js';
import type { OutputStore } from '../data/output-store.js';
import { readDuration } from '../define/duration.js';
import { InvalidOptionError } from './errors.js';
import { listExecutions } from './execution-pages.js';
import { PayloadReader } from './payloads.js';

export interface GcOptions {
  /** What was stored later stays, since its run may be about to begin. @default 24 hours */
  readonly olderThan?: Duration;
  /** Only counts what it would delete. @default false */
  readonly dryRun?: boolean;
}

export interface GcReport {
  /** Objects that were deleted, or would be. */
  readonly deleted: number;
  /** Their size in storage. */
  readonly bytes: number;
  readonly kept: number;
  /** The names of the storage drivers that can't list and delete: there a lifecycle rule does it. */
  readonly skipped: readonly string[];
}

/** What keeps the results of cached tasks, as far as it matters here. */
export interface CacheEntries {
  has(key: string): Promise<boolean>;
}

const DAY = 24 * 3_600_000;
/** Objects that are deleted at a time. */
const BATCH = 500;

/** Deletes what belongs to no retained run, no rerun of one, and no entry of the cache. */
export async function collectGarbage(
  client: Client,
  store: OutputStore,
  entries: CacheEntries | undefined,
  { olderThan = DAY, dryRun = false }: GcOptions,
): Promise<GcReport> {
  const age = readDuration(olderThan);
  if (!('milliseconds' in age)) throw new InvalidOptionError(age.problem, { place: 'gc.olderThan' });
  const before = Date.now() - age.milliseconds;
  // First the runs, then the objects: what a run stores that begins meanwhile is too young.
  const retained = await retainedFolders(client);
  let [deleted, bytes, kept] = [0, 0, 0];
  const remove = async (driver: CollectableStorageDriver, objects: readonly StoredObject[]) => {
    const removed = dryRun ? objects : await driver.delete(objects);
    deleted += removed.length;
    bytes += removed.reduce((sum, object) => sum + object.bytes, 0);
    kept += objects.length - removed.length;
  };
  for (const driver of store.drivers.filter(isCollectable)) {
    let batch: StoredObject[] = [];
    for await (const object of driver.list()) {
      if (object.modifiedAt >= before || (await isNeeded(object.owner, retained, entries))) kept++;
      else if (batch.push(object) === BATCH) {
        await remove(driver, batch);
        batch = [];
      }
    }
    await remove(driver, batch);
  }
  const skipped = store.drivers.filter((driver) => !isCollectable(driver)).map(({ name }) => name);
  return { deleted, bytes, kept, skipped };
}

async function isNeeded(
  owner: OwnerFolder,
  retained: ReadonlySet<OwnerFolder>,
  entries: CacheEntries | undefined,
): Promise<boolean> {
  if (isRunFolder(owner)) return retained.has(owner);
  const key = cacheKeyOf(owner);
  return key === undefined || entries === undefined || (await entries.has(key)); // what is not Pawl's stays
}

/** Of all executions that Temporal retains, whoever runs them, and of the runs whose outputs they use again. */
async function retainedFolders(client: Client): Promise<ReadonlySet<OwnerFolder>> {
  const { namespace } = client.options;
  const folders = new Set<OwnerFolder>();
  const payloads = new PayloadReader(client.options.loadedDataConverter);
  for await (const { execution, memo } of listExecutions(client, '')) {
    const field = memo?.fields?.[RERUN_MEMO];
    const [rerun] = await payloads.values(field && [field]);
    for (const workflowId of [execution?.workflowId ?? '', ...storedBy(rerun)])
      folders.add(runFolder(namespace, workflowId));
  }
  return folders;
}

/** @param rerun what a rerun's memo says */
function storedBy(rerun: unknown): readonly string[] {
  if (!isRecord(rerun)) return [];
  const ids = [rerun.workflowId, ...(Array.isArray(rerun.storedBy) ? rerun.storedBy : [])];
  return ids.filter((id) => typeof id === 'string');
}
