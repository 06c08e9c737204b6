import type { CachedFrom } from '../src/core/cached-column.js';
import type { Json } from '../src/core/json.js';
import { asJson, findJsonProblem } from '../src/core/json-walk.js';
import type { TaskArgument } from '../src/core/protocol.js';
import type { ResultCache } from '../src/data/cache/result-cache.js';
import type { TaskContext } from '../src/define/task-context.js';
import { type CacheBasis, cacheKey } from './cache-key.js';
import type { ServedTask } from './served-task.js';
import { InvalidCacheKeyError } from './task-error.js';

/** An output, and where it comes from if it was not made now. */
export interface ResultOfCall {
  readonly output: Json | undefined;
  readonly cached?: CachedFrom;
}

/** A call whose output may be in the cache. */
export interface CacheableCall {
  readonly task: ServedTask;
  /** With all that was stored. */
  readonly argument: TaskArgument;
  /** What the handler gets. */
  readonly given: unknown;
  readonly context: TaskContext;
  readonly make: () => Promise<Json | undefined>;
}

/** Gives the output of a call: one that was made before, or what `make` makes. */
export type CallThroughCache = (call: CacheableCall) => Promise<ResultOfCall>;

/**
 * How the tasks of a worker use outputs again. It throws {@link InvalidCacheKeyError}, what `cache.key` throws, and what the call itself throws; whatever the
 * cache does is no reason to fail.
 *
 * @param results undefined: the worker has nowhere to keep them
 */
export function callThroughCache(results: ResultCache | undefined): CallThroughCache {
  const warned = new Set<string>();
  return async ({ task, argument, given, context, make }) => {
    const { cache } = task;
    if (cache === undefined) return { output: await make() };
    const { workflowId, runId, log } = context;
    if (results === undefined) {
      warnOnce(nameOf(task), warned, log);
      return { output: await make() };
    }
    const warn = (message: string) => log.warn(message);
    const key = cacheKey(task, await basisOf(task, argument, given, context));
    const known = argument.pawl.cache === 'bypass' ? undefined : await results.read(key, warn);
    if (known !== undefined) return { output: known.output, cached: known.madeBy };
    const output = await make();
    await results.write(key, cache.ttl, { output, madeBy: { workflowId, runId } }, warn);
    return { output };
  };
}

function nameOf({ workflow, definition }: ServedTask): string {
  return `${workflow}.${definition.id}`;
}

function warnOnce(task: string, warned: Set<string>, log: TaskContext['log']): void {
  if (warned.has(task)) return;
  warned.add(task);
  log.warn(
    `'${task}' has a cache, and this worker has no store for it: it runs each time; give \`cache\` to createWorker or PawlPlugin`,
  );
}

async function basisOf(
  { cache }: ServedTask,
  argument: TaskArgument,
  given: unknown,
  context: TaskContext,
): Promise<CacheBasis> {
  if (cache?.key === undefined) return argument;
  // The casts: what is given was decoded by the schemas that the function's types were inferred from.
  const key = await cache.key(given as never, context as TaskContext<never>);
  const problem = key === undefined ? { path: 'cache.key', found: 'undefined' } : findJsonProblem(key, 'cache.key');
  if (problem === undefined) return { key: asJson(key) ?? null };
  throw new InvalidCacheKeyError(`${problem.found} is not JSON`, {
    place: problem.path,
    hint: 'return what the output depends on as plain JSON',
  });
}
