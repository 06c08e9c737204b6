import type { CollectableStorageDriver, StoredObject } from '../../src/data/collectable-storage-driver.js';

/** All that a driver lists. */
export async function listedObjects(driver: CollectableStorageDriver): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const object of driver.list()) objects.push(object);
  return objects;
}
