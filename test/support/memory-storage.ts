import { randomUUID } from 'node:crypto';
import { type Payload, type StorageDriver, StorageDriverClaim } from '@temporalio/common';
import { OutputStore, type OutputStoreOptions } from '../../src/data/output-store.js';

/** A storage driver that keeps all in memory, and whose troubles a test can choose. */
export class MemoryStorage implements StorageDriver {
  readonly name: string;
  readonly type = 'test.memory';
  readonly objects = new Map<string, Payload>();
  stores = 0;
  retrievals = 0;
  /** Throws, or waits, or does something else before something is stored. */
  beforeStore: () => unknown = () => {};
  beforeRetrieve: () => unknown = () => {};

  constructor(name = 'memory') {
    this.name = name;
  }

  async store(_: unknown, payloads: Payload[]): Promise<StorageDriverClaim[]> {
    this.stores++;
    await this.beforeStore();
    return payloads.map((payload) => {
      const key = randomUUID();
      this.objects.set(key, payload);
      return new StorageDriverClaim({ key });
    });
  }

  async retrieve(_: unknown, claims: StorageDriverClaim[]): Promise<Payload[]> {
    this.retrievals++;
    await this.beforeRetrieve();
    return claims.map(({ claimData: { key = '' } }) => {
      const payload = this.objects.get(key);
      if (payload === undefined) throw Object.assign(new Error(`there is no object ${key}`), { name: 'NoSuchKey' });
      return payload;
    });
  }
}

export function memoryStore(options: Partial<OutputStoreOptions> = {}): OutputStore {
  return new OutputStore({ drivers: [new MemoryStorage()], namespace: 'default', ...options });
}
