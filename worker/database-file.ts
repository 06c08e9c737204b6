import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { cacheFolder } from '../src/data/cache-folder.js';
import { DevServerDatabaseError } from './dev-server-error.js';

/** Which server has a database file open. */
export interface DatabaseOwner {
  readonly pid: number;
  readonly address: string;
}

/** The absolute path of the database file, whose folder is made if it is not there; `memory` stays. */
export async function prepareDatabaseFile(dbFilename: string | undefined, env: NodeJS.ProcessEnv): Promise<string> {
  if (dbFilename === 'memory') return dbFilename;
  const file = dbFilename === undefined ? join(cacheFolder(env), 'dev-server.db') : resolve(dbFilename);
  const unfit = /[?#%]/.exec(file)?.[0];
  if (unfit !== undefined) {
    throw new DevServerDatabaseError(`the path of a database can't have a '${unfit}': SQLite reads it as a URI`, {
      place: file,
      hint: 'choose another path',
    });
  }
  try {
    await mkdir(dirname(file), { recursive: true });
  } catch (error) {
    throw new DevServerDatabaseError("the database's folder can't be made", {
      place: file,
      hint: 'choose a path in a folder that you may write to',
      cause: error,
    });
  }
  return file;
}

/**
 * The server that has the file open, as far as it is known and alive. This is for a message alone: what keeps a second
 * server away is SQLite's lock, which the operating system takes back when its holder dies.
 */
export async function readOwner(file: string): Promise<DatabaseOwner | undefined> {
  try {
    const owner: DatabaseOwner = JSON.parse(await readFile(ownerFile(file), 'utf8'));
    process.kill(owner.pid, 0); // asks whether the process is there, and throws if not
    return owner;
  } catch {
    return undefined;
  }
}

/** Never fails: a server that can't say who it is serves all the same. */
export async function writeOwner(file: string, owner: DatabaseOwner): Promise<void> {
  if (file !== 'memory') await writeFile(ownerFile(file), JSON.stringify(owner)).catch(() => {});
}

export async function removeOwner(file: string): Promise<void> {
  if (file !== 'memory') await rm(ownerFile(file), { force: true }).catch(() => {});
}

function ownerFile(file: string): string {
  return `${file}.server.json`;
}
