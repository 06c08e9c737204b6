import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { IDENTITY_MARK } from '../src/core/protocol.js';
import { compile } from '../src/define/compile.js';
import type { WorkflowDefinition } from '../src/define/workflow-definition.js';

/**
 * Temporal's usual identity, `pid@host`, with a digest of the definitions that the worker serves: the task queue's pollers show it, which
 * is how `engine.health()` sees whether all workers serve the same.
 */
export function workerIdentity(workflows: Iterable<WorkflowDefinition>): string {
  return `${process.pid}@${hostname()}${IDENTITY_MARK}${definitionsDigest(workflows)}`;
}

export function definitionsDigest(workflows: Iterable<WorkflowDefinition>): string {
  const hashes = [...workflows].map((workflow) => `${workflow.name}=${compile(workflow).hash}`).sort();
  return createHash('sha256').update(hashes.join('\n')).digest('hex').slice(0, 12);
}
