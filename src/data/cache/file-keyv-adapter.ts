import { EventEmitter } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import { errorCode } from '../file-failure.js';
import { writeObject } from '../write-object.js';

/**
 * A store for Keyv that keeps each entry in a file of its own, named by its key. Any number of processes may use the folder at once; an entry is there as a
 * whole or not at all, whatever crashes. The folder is made when it is needed, for its owner alone.
 */
export class FileKeyvAdapter extends EventEmitter implements KeyvStoreAdapter {
  readonly opts = {};
  namespace?: string | undefined;
  readonly #folder: string;

  constructor(folder: string) {
    super();
    this.#folder = folder;
  }

  async get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    const path = this.#pathOf(key);
    const text = await readText(path);
    if (text === undefined) return undefined;
    if (isJson(text)) return text as StoredData<Value>; // Keyv's own serialised form
    await rm(path, { force: true });
    return undefined;
  }

  async set(key: string, value: string): Promise<void> {
    await writeObject(this.#pathOf(key), Buffer.from(value), NEVER);
  }

  async delete(key: string): Promise<boolean> {
    try {
      await rm(this.#pathOf(key));
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #pathOf(key: string): string {
    return join(this.#folder, `${encodeURIComponent(key)}${EXTENSION}`);
  }
}

const EXTENSION = '.json';
const NEVER = new AbortController().signal;

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
