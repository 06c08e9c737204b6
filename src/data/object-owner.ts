import { createHash } from 'node:crypto';
import type { StorageDriverTargetInfo } from '@temporalio/common';

/** The workflow type for which the results of cached tasks are stored: its workflow ids are the entries' keys. */
export const CACHE_OWNER = 'pawl.cache';

/**
 * For what an object is stored, as the name of a folder: all that a workflow id's executions store, whatever the id has in it, or a cache's entry. `other`
 * is for what somebody else stores with the same driver.
 */
export type OwnerFolder = string;

/** What such a name looks like. */
export const OWNER = '(?:run-[0-9a-f]{32}|cache-[0-9a-f]{64}|other)';

const OWNER_FOLDER = new RegExp(`^${OWNER}$`);

export function isOwnerFolder(name: string): boolean {
  return OWNER_FOLDER.test(name);
}

export function ownerFolder(target: StorageDriverTargetInfo | undefined): OwnerFolder {
  if (target?.kind !== 'workflow' || target.id === undefined) return 'other';
  return target.type === CACHE_OWNER ? `cache-${target.id}` : runFolder(target.namespace, target.id);
}

export function runFolder(namespace: string, workflowId: string): OwnerFolder {
  const digest = createHash('sha256').update(`${namespace}\n${workflowId}`).digest('hex');
  return `run-${digest.slice(0, 32)}`;
}

/** The key of the cache's entry that an object belongs to. */
export function cacheKeyOf(folder: OwnerFolder): string | undefined {
  return /^cache-(.+)$/.exec(folder)?.[1];
}

export function isRunFolder(folder: OwnerFolder): boolean {
  return folder.startsWith('run-');
}
