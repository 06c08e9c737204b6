import { cp, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { NonRetryableError } from 'pawl';
import { readPackageJson } from '../package-json.js';
import { enterTask, type ReleaseContext } from '../workspace.js';

/** Installed again, or of no use to a release. */
const LEFT_OUT = ['node_modules', '.git'];

/** Copies the package, so that a release neither changes the user's folder nor sees changes that are made meanwhile. */
export async function checkOut(ctx: ReleaseContext) {
  const { copy } = await enterTask(ctx);
  const { dir } = ctx.input;
  const found = await stat(dir).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new NonRetryableError(`there is no directory ${dir}`);
  }
  const { name, version } = await readPackageJson(dir);

  await rm(copy, { recursive: true, force: true }); // what an attempt before has left
  await cp(dir, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !LEFT_OUT.includes(basename(source)),
  });
  return { name, version };
}
