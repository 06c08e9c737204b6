import type { StorageDriver } from '@temporalio/common';
import type { OrchestrationEngine, WorkflowDefinition } from '../../src/index.js';
import type { CreateWorkerOptions } from '../../worker/index.js';
import { MemoryStorage } from './memory-storage.js';
import { connectEngine, withWorker } from './worker-and-engine.js';

export const KIBIBYTE = 1024;
export const MEBIBYTE = 1024 * 1024;

/** A text whose JSON has so many bytes. */
export function text(bytes: number): string {
  return 'x'.repeat(Math.max(0, bytes - 2));
}

/** An engine and a worker that share a storage, for as long as `use` takes. */
export async function withStorage<T>(
  workflows: readonly WorkflowDefinition[],
  use: (engine: OrchestrationEngine, storage: MemoryStorage) => Promise<T>,
  options: Partial<CreateWorkerOptions> & { readonly storage?: never } = {},
): Promise<T> {
  const storage = new MemoryStorage();
  await using engine = await connectEngine(undefined, { storage });
  return await withWorker(engine, workflows, () => use(engine, storage), { storage, ...options });
}

/** An engine on the task queue of another, with a storage of its own or none. */
export function engineBeside({ taskQueue }: OrchestrationEngine, storage: readonly StorageDriver[]) {
  return connectEngine(taskQueue, { storage });
}
