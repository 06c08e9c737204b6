import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folder in which Pawl keeps what is costly to make again (the Temporal CLI), the default dev server's database, and
 * by default the outputs that its runs store: `PAWL_CACHE_DIR`, else `pawl` in `XDG_CACHE_HOME`, else `~/.cache/pawl`. It may not exist yet.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.PAWL_CACHE_DIR) return resolve(env.PAWL_CACHE_DIR);
  // The XDG specification says that a relative path is to be ignored; resolved, it would depend on where one stands.
  if (env.XDG_CACHE_HOME?.startsWith('/')) return join(env.XDG_CACHE_HOME, 'pawl');
  return join(env.HOME || homedir(), '.cache', 'pawl');
}
