import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readPackageJson } from '../package-json.js';
import { runCommand } from '../run-command.js';
import { enterTask, logFile, type ReleaseContext } from '../workspace.js';

export interface Tarball {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export async function packTarball(ctx: ReleaseContext): Promise<Tarball> {
  const workspace = await enterTask(ctx);
  const { copy, tarballs } = workspace;
  await rm(tarballs, { recursive: true, force: true });
  await mkdir(tarballs);
  await runCommand('npm', ['pack', '--pack-destination', tarballs], {
    cwd: copy,
    log: logFile(workspace, ctx.task),
    signal: ctx.signal,
  });
  // By the folder rather than by what npm prints, among which the package's own scripts print too.
  const [tarball] = (await readdir(tarballs)).filter((entry) => entry.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack has made no tarball in ${tarballs}`);
  const file = join(tarballs, tarball);
  const content = await readFile(file);
  const { name, version } = await readPackageJson(copy);
  return { name, version, file, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}
