import { createHash } from 'node:crypto';
import { canonicalJson } from '../src/core/canonical-json.js';
import type { Json } from '../src/core/json.js';
import type { TaskArgument } from '../src/core/protocol.js';
import type { ServedTask } from './served-task.js';

/** What an output depends on: what its handler gets, as it travelled, or what `cache.key` says instead. */
export type CacheBasis = Pick<TaskArgument, 'needs' | 'input' | 'item'> | { readonly key: Json };

/** Rises when keys are to be made in another way: what is cached under the old ones is not found any more. */
const FORMAT = 1;

/** The key of an output in the cache: SHA-256 in hex, of all that must be the same so that it can be used again. */
export function cacheKey({ workflow, definition, shape, cache }: ServedTask, basis: CacheBasis): string {
  const task = { format: FORMAT, workflow, task: definition.id, versions: cache?.versions ?? [], shape };
  const of = 'key' in basis ? { key: basis.key } : { needs: basis.needs, input: basis.input, item: basis.item };
  return createHash('sha256')
    .update(canonicalJson({ ...task, of }) ?? '')
    .digest('hex');
}
