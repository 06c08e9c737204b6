import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { MakeTemporalCli } from './temporal-cli.js';

/** Without a new byte for this long the network is taken for dead: the SDK's own download has no time limit. */
const STALLED_AFTER_MS = 30_000;

/**
 * The download runs in a process of its own. In this one it would load the SDK's native code into clients that need
 * none, and instantiate its `Runtime`, after which a user's `Runtime.install()` throws; nor could it be given up.
 */
const DOWNLOAD_SCRIPT = `
  const { TestWorkflowEnvironment } = require(process.argv[1]);
  TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: process.argv[2] } },
  })
    .then((env) => env.teardown())
    .then(() => process.exit(0), (error) => { console.error(error.message); process.exit(1); });
`;

/** Downloads the CLI with `@temporalio/testing` into `folder`, which must be empty, and returns the file's path. */
export const downloadTemporalCli: MakeTemporalCli = async (folder, { env, onProgress }) => {
  onProgress('downloading the Temporal CLI (about 50 MB, once)');
  const testing = createRequire(import.meta.url).resolve('@temporalio/testing');
  const child = spawn(process.execPath, ['-e', DOWNLOAD_SCRIPT, testing, folder], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let size = 0;
  let grewAt = Date.now();
  let stalled = false;
  const watch = setInterval(async () => {
    const now = await folderSize(folder);
    if (now !== size) [size, grewAt] = [now, Date.now()];
    else if (Date.now() - grewAt > STALLED_AFTER_MS) stalled = child.kill('SIGKILL') || stalled;
  }, 1_000);
  try {
    const [errors] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    // The file counts, not the exit code: the script also starts the server once, for which its time may be too short.
    const file = (await readdir(folder)).find((name) => !name.endsWith('.downloading'));
    if (file !== undefined) return join(folder, file);
    throw new Error(stalled ? `nothing arrived for ${STALLED_AFTER_MS / 1_000} s` : lastLine(errors));
  } finally {
    clearInterval(watch);
  }
};

async function folderSize(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (file) => file.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function lastLine(errors: string): string {
  return errors.trim().split('\n').at(-1) || 'the download ended without a file';
}
