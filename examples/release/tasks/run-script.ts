import { NonRetryableError } from 'pawl';
import { type PackageJson, readPackageJson } from '../package-json.js';
import { CommandFailedError, runCommand } from '../run-command.js';
import { enterTask, logFile, type ReleaseContext } from '../workspace.js';

export type ScriptResult = { readonly script: string } | { readonly skipped: string };

/**
 * Runs the first of these scripts that the package has; a package without any passes, with a note of it.
 *
 * A script that fails is not retried: the package is the same at the next attempt. One that a signal ended is.
 */
export async function runScript(names: readonly string[], ctx: ReleaseContext): Promise<ScriptResult> {
  const workspace = await enterTask(ctx);
  const script = findScript(await readPackageJson(workspace.copy), names);
  if (script === undefined) return { skipped: `no script "${names[0]}"` };
  try {
    await runCommand('npm', ['run', '--silent', script], {
      cwd: workspace.copy,
      log: logFile(workspace, ctx.task),
      signal: ctx.signal,
    });
  } catch (error) {
    if (!(error instanceof CommandFailedError) || error.exitCode > 128) throw error;
    throw new NonRetryableError(error.message, { cause: error });
  }
  return { script };
}

/** What `npm init` writes for a package without tests; it fails. */
const PLACEHOLDER = 'Error: no test specified';

function findScript({ scripts }: PackageJson, names: readonly string[]): string | undefined {
  return names.find((name) => scripts[name] !== undefined && !scripts[name].includes(PLACEHOLDER));
}
