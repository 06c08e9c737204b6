import { access, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../run-command.js';
import { enterTask, logFile, type ReleaseContext } from '../workspace.js';
import type { Tarball } from './pack.js';

/** In every deployed folder; what the smoke test compares. */
export const RELEASE_FILE = 'release.json';

/** The folder of the live release, a symbolic link. */
export function liveFolder(root: string): string {
  return join(root, 'site', 'current');
}

export interface Deployment {
  /** Name, version and content, such as `release-notes-1.4.0-51a31f366b3a`. */
  readonly release: string;
  readonly folder: string;
  /** Files that tell something of the release to whoever asks the site. */
  readonly files: readonly string[];
}

/**
 * Unpacks the tarball to a folder that is named by its content, and makes that the live one. Doing it again changes nothing, so an
 * attempt that died at any point can be followed by another.
 */
export async function deployTarball(tarball: Tarball, ctx: ReleaseContext): Promise<Deployment> {
  const workspace = await enterTask(ctx);
  const release = `${tarball.name.replace('@', '').replace('/', '-')}-${tarball.version}-${tarball.sha256.slice(0, 12)}`;
  const releases = join(ctx.input.root, 'site', 'releases');
  const folder = join(releases, release);
  await mkdir(releases, { recursive: true });

  if (!(await exists(folder))) {
    const unpacked = await mkdtemp(join(releases, '.unpacking-'));
    await runCommand('tar', ['-xzf', tarball.file, '-C', unpacked, '--strip-components=1'], {
      cwd: unpacked,
      log: logFile(workspace, ctx.task),
      signal: ctx.signal,
    });
    const { name, version, sha256 } = tarball;
    await writeFile(join(unpacked, RELEASE_FILE), `${JSON.stringify({ release, name, version, sha256 })}\n`);
    await moveTo(folder, unpacked);
  }
  await switchLink(liveFolder(ctx.input.root), join('releases', release));

  const files: string[] = [];
  for (const file of ['index.html', 'dist/index.html', 'version.json', 'dist/version.json']) {
    if (await exists(join(folder, file))) files.push(file);
  }
  return { release, folder, files };
}

/** A folder appears whole or not at all; where another attempt was faster, its folder has the same content. */
async function moveTo(folder: string, unpacked: string): Promise<void> {
  try {
    await rename(unpacked, folder);
  } catch (error) {
    await rm(unpacked, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
}

/** Renaming over the old link is atomic: there is no moment without a live release. */
async function switchLink(link: string, target: string): Promise<void> {
  const next = `${link}.${process.pid}-${Date.now()}`;
  await symlink(target, next);
  await rename(next, link);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
