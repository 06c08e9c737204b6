import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../run-command.js';
import { enterTask, logFile, type ReleaseContext } from '../workspace.js';

/** What the lock file says, also where NODE_ENV is production: the checks need the development dependencies. */
const OPTIONS = ['--include=dev', '--prefer-offline', '--no-audit', '--no-fund'];

/** A failed installation is retried, as the registry's answer may be another one next time. */
export async function installDependencies(ctx: ReleaseContext) {
  const workspace = await enterTask(ctx);
  const hasLockFile = await access(join(workspace.copy, 'package-lock.json')).then(
    () => true,
    () => false,
  );
  const command = hasLockFile ? 'ci' : 'install';
  await runCommand('npm', [command, ...OPTIONS], {
    cwd: workspace.copy,
    log: logFile(workspace, ctx.task),
    signal: ctx.signal,
  });
  return { command: `npm ${command}` };
}
