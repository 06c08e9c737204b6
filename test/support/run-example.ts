import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

/** Runs `examples/<name>/main.ts` as `npm run example:<name>` does, but on the shared server, and with this folder for temporary files. */
export async function runExample(name: string, tmp: string, ...args: string[]) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const example = spawn(process.execPath, ['--import', 'tsx', `examples/${name}/main.ts`, ...args], {
    cwd: root,
    env: { ...process.env, TEMPORAL_ADDRESS: inject('temporalAddress'), TMPDIR: tmp },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [example.stdout, example.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const [exitCode] = await once(example, 'close');
  return { exitCode: exitCode as number | null, output };
}
