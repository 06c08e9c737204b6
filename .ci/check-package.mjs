// Checks the tarball that would be published: publint looks at package.json and its files, attw at how its types resolve.
// Expects dist to be built. Prints what is wrong; the exit code says whether anything is.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pawl-package-'));
try {
  // Without the scripts, of which `prepare` would build once more.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [packed] = JSON.parse(execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }));
  const tarball = join(folder, packed.filename);
  const results = [await lintPackage(tarball), checkTypes(tarball)];
  process.exitCode = results.every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} tarball */
async function lintPackage(tarball) {
  const bytes = new Uint8Array(readFileSync(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  for (const message of messages) console.error(`publint: ${message.type}: ${formatMessage(message, pkg)}`);
  if (messages.length === 0) console.log('publint: nothing to say');
  return messages.length === 0;
}

/** An ESM-only package can't be required by the resolutions of old, which the profile leaves out. */
function checkTypes(/** @type {string} */ tarball) {
  const attw = ['attw', tarball, '--profile', 'esm-only', '--no-emoji'];
  const { status } = spawnSync('npx', attw, { cwd: root, stdio: 'inherit' });
  return status === 0;
}
