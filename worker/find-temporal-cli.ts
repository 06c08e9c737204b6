import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cacheFolder } from '../src/data/cache-folder.js';
import { buildTemporalCli, TEMPORAL_CLI_MODULE } from './build-temporal-cli.js';
import { checkTemporalCli } from './check-temporal-cli.js';
import { TemporalCliNotFoundError } from './dev-server-error.js';
import { downloadTemporalCli } from './download-temporal-cli.js';
import type { MakeTemporalCli, TemporalCli } from './temporal-cli.js';

export interface FindTemporalCliOptions {
  /** Where TEMPORAL_CLI_PATH, PATH, PAWL_CACHE_DIR, XDG_CACHE_HOME and HOME are read. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with a line when something is skipped or made, and every 10 s while it is built. Default: nobody is told. */
  readonly onProgress?: (line: string) => void;
  /** Default: the download that `@temporalio/testing` does. */
  readonly download?: MakeTemporalCli;
  /** Default: `go install`. */
  readonly build?: MakeTemporalCli;
}

/**
 * Finds the Temporal CLI, or makes one and keeps it in Pawl's cache folder, in this order: TEMPORAL_CLI_PATH,
 * `temporal` on PATH, the cache folder, the download, `go install`. A broken one on PATH or in the cache is skipped.
 *
 * @throws {@link TemporalCliNotFoundError} if TEMPORAL_CLI_PATH is no CLI that runs, or if nothing led to one.
 */
export async function findTemporalCli(options: FindTemporalCliOptions = {}): Promise<TemporalCli> {
  const {
    env = process.env,
    onProgress = () => {},
    download = downloadTemporalCli,
    build = buildTemporalCli,
  } = options;
  if (env.TEMPORAL_CLI_PATH) return namedByUser(env.TEMPORAL_CLI_PATH, env);
  const tried = ['TEMPORAL_CLI_PATH: not set'];

  const cached = join(cacheFolder(env), programName);
  const places = [
    { source: 'PATH', what: '`temporal` on PATH', paths: onPath(env) },
    { source: 'cache', what: `the cache, ${cached}`, paths: [cached] },
  ] as const;
  for (const { source, what, paths } of places) {
    const broken: string[] = [];
    for (const path of paths) {
      const check = await checkTemporalCli(path, env);
      if (check.kind === 'usable') return { path, version: check.version, source };
      if (check.kind === 'broken') {
        onProgress(`skipping ${path}: ${check.reason}`);
        broken.push(`${path}: ${check.reason}`);
      }
    }
    tried.push(`${what}: ${broken.join(', ') || 'not there'}`);
  }

  for (const [source, what, make] of [
    ['download', 'the download', download],
    ['build', `go install ${TEMPORAL_CLI_MODULE}`, build],
  ] as const) {
    try {
      const version = await makeInto(cached, make, env, onProgress);
      return { path: cached, version, source };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      onProgress(`${what} failed: ${reason}`);
      tried.push(`${what}: ${reason}`);
    }
  }
  throw new TemporalCliNotFoundError(
    `there is no Temporal CLI, and none could be made. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}\n`,
    {
      hint:
        'install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH or TEMPORAL_CLI_PATH names it, ' +
        'or install Go 1.25 or newer and try again with a network, or set TEMPORAL_ADDRESS to a server that runs already',
    },
  );
}

const programName = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/** What the user named is used or refused: to fall back to another version in silence would mislead. */
async function namedByUser(path: string, env: NodeJS.ProcessEnv): Promise<TemporalCli> {
  const check = await checkTemporalCli(path, env);
  if (check.kind === 'usable') return { path, version: check.version, source: 'TEMPORAL_CLI_PATH' };
  throw new TemporalCliNotFoundError(
    `${path} is not a Temporal CLI that runs here: ${check.kind === 'missing' ? 'there is no such file' : check.reason}`,
    { place: 'TEMPORAL_CLI_PATH', hint: 'set it to the `temporal` program, or unset it to let Pawl find or make one' },
  );
}

function onPath(env: NodeJS.ProcessEnv): string[] {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, programName));
}

/**
 * Makes the CLI in a folder of its own beside `target` and moves it there when it answers. The rename is atomic, so
 * that of two processes which do this at the same time each leaves a whole file, and none that runs is overwritten.
 */
async function makeInto(
  target: string,
  make: MakeTemporalCli,
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<string> {
  const cache = join(target, '..');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'making-'));
  try {
    const made = await make(folder, { env, onProgress });
    await chmod(made, 0o755);
    const check = await checkTemporalCli(made, env);
    if (check.kind !== 'usable') {
      throw new Error(`what it made does not run: ${check.kind === 'missing' ? 'there is no file' : check.reason}`);
    }
    await rename(made, target);
    return check.version;
  } finally {
    // Go writes nothing read-only into GOBIN, but a failure to tidy up must not hide what happened.
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}
