import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from './file-failure.js';
import { temporaryPathOf } from './object-key.js';

/**
 * Writes a file so that at any time, and after any crash, there is either all of it or nothing under its path. It is on the
 * disk when this returns, and so is its name: a claim in a run's history must not outlive its object in a power cut.
 *
 * This is not `write-file-atomic`, as that takes a write that came to an end early for a whole one, so that a disk that
 * gets full leaves half an object; nor does it make the name durable or stop on a signal.
 */
export async function writeObject(path: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  const temporary = temporaryPathOf(path);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(bytes, { signal });
      await file.sync();
    } finally {
      await file.close();
    }
    signal.throwIfAborted();
    await rename(temporary, path);
  } catch (error) {
    // What can't be removed now is listed for deletion.
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(folder);
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Windows and some network file systems can't do this to a folder, and do not need it.
    if (!UNSUPPORTED.has(errorCode(error) ?? '')) throw error;
  }
}

const UNSUPPORTED = new Set(['EINVAL', 'EPERM', 'EACCES', 'EISDIR', 'ENOTSUP', 'EOPNOTSUPP']);

async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}
