import { isRecord } from '../core/json.js';
import type { NodeKind } from '../core/plan.js';
import { readDuration } from './duration.js';
import { suggest } from './suggest.js';
import type { ErasedHandler, TaskDefinition } from './workflow-definition.js';

/** How a node's outputs are cached. */
export interface CacheUse {
  /** Milliseconds. */
  readonly ttl: number;
  /** Of the node and of its cache, where they have one: each may say that the function has changed. */
  readonly versions: readonly (string | null)[];
  readonly key: ErasedHandler | undefined;
}

type Wrong = (option: string, message: string, hint?: string) => void;

const KNOWN = ['ttl', 'version', 'key'];

/** Why nothing of a kind is cached. */
const NEVER: Partial<Record<NodeKind, string>> = {
  resource: 'a resource is destroyed with its run, so that a later run can not use it',
  subworkflow: 'a child workflow is not cached',
  approval: 'what people decide is not cached',
  event: 'what is sent is not cached',
  sleep: 'a wait is not cached',
};

/** The node's `cache`, checked; undefined if it has none, or one that is wrong. */
export function readCache(node: TaskDefinition, wrong: Wrong): CacheUse | undefined {
  const { cache, kind, child, compensate, version } = node;
  if (cache === undefined) return undefined;
  const obstacle = child === undefined ? NEVER[kind] : NEVER.subworkflow;
  if (obstacle !== undefined) {
    wrong('cache', obstacle, child && 'give cache to the tasks of the child workflow');
    return undefined;
  }
  if (compensate !== undefined) {
    const hint = 'split it: a cached task that computes, and one with `compensate` that acts';
    wrong('cache', 'the task has `compensate`, and of a cached output there is nothing that this run could undo', hint);
  }
  if (!isRecord(cache)) {
    wrong('cache', `${JSON.stringify(cache)} is not a cache`, "write { ttl: '1h', version: 1 }");
    return undefined;
  }
  for (const option of Object.keys(cache)) {
    if (!KNOWN.includes(option)) wrong(`cache.${option}`, `there is no option '${option}'`, suggest(option, KNOWN));
  }
  const ttl = readDuration(cache.ttl);
  if ('problem' in ttl) wrong('cache.ttl', ttl.problem, ttl.hint);
  const versions = [version, cache.version];
  const { key } = cache;
  if (!isVersion(cache.version))
    wrong('cache.version', `${JSON.stringify(cache.version)} is not a version`, 'write a string or a number');
  if (key !== undefined && typeof key !== 'function') wrong('cache.key', `it is a ${typeof key}, not a function`);
  if (key === undefined && versions.every((given) => given === undefined)) {
    const hint =
      'write `version`, here or at the task, to be changed with the function; or `key`, which says what the output depends on';
    wrong('cache', 'it has neither `version` nor `key`, so that nothing could say that the function has changed', hint);
  }
  if ('problem' in ttl) return undefined;
  return {
    ttl: ttl.milliseconds,
    versions: versions.map((given) => (given === undefined ? null : String(given))),
    key,
  };
}

function isVersion(version: unknown): boolean {
  return version === undefined || typeof version === 'string' || Number.isFinite(version);
}
