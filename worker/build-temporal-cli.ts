import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { MakeTemporalCli } from './temporal-cli.js';

/** The newest version that `go install` can build: later ones have a `replace` in their go.mod, which it refuses. */
export const TEMPORAL_CLI_MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

const PROGRESS_EVERY_MS = 10_000;

/** Builds the CLI with `go install` into `folder` and returns the file's path. */
export const buildTemporalCli: MakeTemporalCli = async (folder, { env, onProgress }) => {
  onProgress(`building the Temporal CLI: go install ${TEMPORAL_CLI_MODULE} (about 5 minutes, once)`);
  // `go install` refuses to put a cross-compiled program into GOBIN, and one for another machine is of no use here.
  const { GOOS, GOARCH, ...ownMachine } = env;
  const child = spawn('go', ['install', TEMPORAL_CLI_MODULE], {
    env: { ...ownMachine, GOBIN: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const startedAt = Date.now();
  const progress = setInterval(() => {
    onProgress(`building the Temporal CLI: ${Math.round((Date.now() - startedAt) / 1_000)} s`);
  }, PROGRESS_EVERY_MS);
  try {
    const exitCode = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    const [code, log] = await Promise.all([exitCode, text(child.stderr)]);
    if (code !== 0) throw new Error(`go ended with ${code}: ${log.trim().split('\n').slice(-5).join('\n')}`);
    onProgress(`built the Temporal CLI in ${Math.round((Date.now() - startedAt) / 1_000)} s`);
    return join(folder, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw missing ? new Error('there is no `go` on PATH', { cause: error }) : error;
  } finally {
    clearInterval(progress);
  }
};
