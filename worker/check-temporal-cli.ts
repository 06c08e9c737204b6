import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';

export type TemporalCliCheck =
  | { readonly kind: 'usable'; readonly version: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'broken'; readonly reason: string };

/** Generous, since the first run of a large binary on a busy machine is slow; a hanging one must still not block. */
const ANSWER_WITHIN_MS = 20_000;

/** Says whether the file at `path` is a Temporal CLI that runs here, by asking it for its version. */
export async function checkTemporalCli(path: string, env: NodeJS.ProcessEnv): Promise<TemporalCliCheck> {
  try {
    if (!(await stat(path)).isFile()) return { kind: 'broken', reason: 'it is not a file' };
  } catch {
    return { kind: 'missing' };
  }
  try {
    await access(path, constants.X_OK);
  } catch {
    return { kind: 'broken', reason: 'it is not executable' };
  }
  return new Promise((resolve) => {
    execFile(path, ['--version'], { env, timeout: ANSWER_WITHIN_MS, killSignal: 'SIGKILL' }, (error, stdout) => {
      const version = /^temporal version (.+)$/m.exec(stdout)?.[1];
      if (error === null && version !== undefined) resolve({ kind: 'usable', version });
      else if (error?.killed) resolve({ kind: 'broken', reason: 'it does not answer `--version`' });
      else if (error) resolve({ kind: 'broken', reason: `\`--version\` fails (${firstLine(error.message)})` });
      else resolve({ kind: 'broken', reason: `it answers '${firstLine(stdout)}' to \`--version\`` });
    });
  });
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').slice(0, 200);
}
