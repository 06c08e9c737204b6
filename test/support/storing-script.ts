/**
 * A process that stores files: `node --import tsx storing-script.ts '<StoringSettings as JSON>'`. It prints the claim of
 * every payload that is stored, as a line of JSON.
 */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FileSystemStorageDriver } from '../../src/data/file-system-storage-driver.js';
import { payloadOf } from './payload-of.js';

export interface StoringSettings {
  readonly folder: string;
  readonly bytes: number;
  /** What it stores: payloads with the seeds from 0 on, and ends; or so until it is killed; or one that it removes each time. */
  readonly stores: { readonly count: number } | 'endlessly' | 'and removes';
  /** Where it kills itself, if it does. */
  readonly death?: 'half a file is written' | 'the file has no name yet';
}

const { folder, bytes, stores, death } = JSON.parse(process.argv[2] ?? '') as StoringSettings; // from a test
const driver = new FileSystemStorageDriver({ folder });
if (death !== undefined) await dieWhen(death);
const last = typeof stores === 'object' ? stores.count : Number.POSITIVE_INFINITY;
for (let i = 0; i < last; i++) {
  const [claim] = await driver.store({}, [payloadOf(bytes, stores === 'and removes' ? 0 : i)]);
  process.stdout.write(`${JSON.stringify(claim?.claimData)}\n`);
  if (stores === 'and removes') await rm(join(folder, claim?.claimData.key ?? ''), { force: true });
}

/** Replaces a step of the writing of a file, for all files of this process. */
async function dieWhen(moment: NonNullable<StoringSettings['death']>): Promise<void> {
  const handle = await open(process.execPath);
  const steps = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const { writeFile, sync } = steps;
  if (moment === 'the file has no name yet') {
    steps.sync = async function (this: FileHandle) {
      if ((await this.stat()).isDirectory()) return sync.call(this);
      return die();
    };
  } else {
    steps.writeFile = async function (this: FileHandle, data) {
      if (data instanceof Uint8Array) await writeFile.call(this, data.subarray(0, data.length / 2));
      return die();
    };
  }
}

async function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
}
