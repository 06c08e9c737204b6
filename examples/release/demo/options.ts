import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** Absolute. */
  readonly dir: string;
  readonly crash: boolean;
  readonly keep: boolean;
}

export const USAGE = `npm run demo -- [--dir PATH] [--crash] [--keep]

Releases an npm package with a durable workflow: install, then typecheck, lint and unit tests in parallel, build,
npm pack, deploy to a folder that a small HTTP server serves, and a smoke test. It works on a copy of the package.

  --dir PATH  the package; its scripts "typecheck", "lint", "test" and "build" are run where it has them
              (the package that this example ships)
  --crash     kills the worker with SIGKILL in the middle, and starts another
  --keep      keeps the server, its UI, the worker and the site running afterwards, until Ctrl-C
  --help      prints this

Without TEMPORAL_ADDRESS it starts a Temporal server of its own. The exit code is 0 if the release succeeded, 1 if not,
2 for wrong use, 130 after Ctrl-C.`;

/** @throws Error whose message says what is wrong with the arguments */
export function readOptions(args: string[], env: NodeJS.ProcessEnv): DemoOptions | 'help' {
  const swallowed = ['dir', 'crash', 'keep'].find((name) => env[`npm_config_${name}`] !== undefined);
  if (swallowed !== undefined && args.length === 0) {
    throw new Error(`npm has kept --${swallowed} for itself; write \`npm run demo -- --${swallowed}\``);
  }
  const { values } = parseArgs({
    args,
    options: {
      dir: { type: 'string' },
      crash: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.dir === '') throw new Error('--dir: give the path of a package');
  // npm runs scripts in the folder of its package.json, and says where it was called.
  const dir = values.dir === undefined ? SHIPPED_PACKAGE : resolve(env.INIT_CWD ?? process.cwd(), values.dir);
  return { dir, crash: values.crash, keep: values.keep };
}

const SHIPPED_PACKAGE = fileURLToPath(new URL('../package', import.meta.url));
