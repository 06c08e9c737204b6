import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { CommandFailedError, runCommand } from '../../examples/release/run-command.js';
import { serveFolder } from '../../examples/release/serve-folder.js';

const LONG = { timeout: 180_000 };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-release-test-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('npm run demo', LONG, () => {
  test('releases the package that it ships, and leaves nothing behind', async () => {
    const { exitCode, output } = await runDemo();
    expect(output).toContain('✔ release-notes 1.4.0 is released');
    expect(exitCode).toBe(0);
    for (const task of ['checkout', 'install', 'typecheck', 'lint', 'unit', 'build', 'pack', 'deploy', 'smoke']) {
      expect(output).toMatch(new RegExp(`${task} +succeeded in`));
    }
    expect(output).toMatch(/critical path +checkout .* → install .* → (typecheck|lint|unit) .* → build .* → smoke/);
    expect(output).toMatch(/Temporal UI +http:\/\/.*\/workflows\/release-demo-/);
    expect(output).toMatch(/smoke test +http:.*\/dist\/index\.html answered, with version 1\.4\.0/);
    expect(isAlive(workerOf(output))).toBe(false);
    expect((await readdir(folder)).filter((name) => name.startsWith('pawl-'))).toEqual([]);
  });

  test('--crash kills the worker, and no finished task runs twice', async () => {
    const { exitCode, output } = await runDemo('--crash');
    expect(output).toMatch(/✖ killed the worker \(pid \d+, SIGKILL\) while .+ ran/);
    expect(output).toContain('✔ release-notes 1.4.0 is released');
    expect(output).toContain('No finished task ran twice.');
    expect(exitCode).toBe(0);
    // task, completed in history, handler entries, attempts
    expect(output).toMatch(/^ +checkout +1 +1 +1$/m);
    expect(output).toMatch(/^ +install +1 +1 +1$/m);
    expect(output).toMatch(/^ +(typecheck|lint|unit) +1 +2 +2$/m);
    expect(output).toMatch(/^ +smoke +1 +1 +1$/m);
  });

  test('names the task that failed, shows the end of its output, and says what did not run', async () => {
    const dir = await makePackage({ typecheck: 'true', test: 'node --test --test-reporter=spec', build: 'true' });
    await writeFile(join(dir, 'sum.test.js'), "require('node:test').test('one and one is three', () => { throw 1; });");
    const { exitCode, output } = await runDemo('--dir', dir);
    expect(output).toContain("✖ The release failed in 'unit'.");
    expect(output).toContain("'unit' failed after 1 attempt: `npm run --silent test` ended with exit code 1");
    expect(output).toContain('✖ one and one is three');
    expect(output).toMatch(/not run +build, pack, deploy, smoke/);
    expect(exitCode).toBe(1);
    const [, log = ''] = /all of it: (.+)/.exec(output) ?? [];
    expect(await readFile(log, 'utf8')).toContain('one and one is three');
  });

  test('skips the scripts that a package does not have, and says so', async () => {
    const { exitCode, output } = await runDemo('--dir', await makePackage({ test: 'true' }));
    expect(output).toContain('✔ tiny 0.1.0 is released');
    expect(output).toContain('lint was skipped: no script "lint"');
    expect(output).not.toContain('unit was skipped');
    expect(exitCode).toBe(0);
  });

  test('names the task that found no directory', async () => {
    const { exitCode, output } = await runDemo('--dir', join(folder, 'nowhere'));
    expect(output).toContain(`'checkout' failed after 1 attempt: there is no directory ${join(folder, 'nowhere')}`);
    expect(exitCode).toBe(1);
  });

  test('names the task that found no package.json', async () => {
    const { exitCode, output } = await runDemo('--dir', folder);
    expect(output).toContain(`'checkout' failed after 1 attempt: ${folder} is not an npm package`);
    expect(exitCode).toBe(1);
  });

  test('explains itself where it is used in a wrong way', async () => {
    const { exitCode, output } = await runDemo('--krash');
    expect(output).toContain("Unknown option '--krash'");
    expect(output).toContain('npm run demo -- [--dir PATH] [--crash] [--keep]');
    expect(exitCode).toBe(2);
  });
});

describe('a command of a task', () => {
  test('leaves its output in the log and the end of it in its error', async () => {
    const log = join(folder, 'log');
    const script = 'for n in $(seq 100); do echo line $n; done; exit 3';
    const error = await runCommand('sh', ['-c', script], { cwd: folder, log, signal: never() }).catch((e) => e);
    expect(error).toBeInstanceOf(CommandFailedError);
    expect(error.exitCode).toBe(3);
    expect(error.message).toMatch(/line 99\nline 100$/);
    expect(error.message).not.toContain('line 1\n');
    expect(await readFile(log, 'utf8')).toContain('line 1\nline 2\n');
  });

  test('is killed with all that it started when the task is cancelled', async () => {
    const cancellation = new AbortController();
    const log = join(folder, 'log');
    const running = runCommand('sh', ['-c', 'sleep 300 & echo pid $!; wait'], {
      cwd: folder,
      log,
      signal: cancellation.signal,
    });
    const pid = await pidIn(log);
    cancellation.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    await untilDead(pid);
  });

  test('ends with its worker, although that is killed', async () => {
    const log = join(folder, 'log');
    const module = new URL('../../examples/release/run-command.ts', import.meta.url);
    const program = `import { runCommand } from ${JSON.stringify(module)};
      await runCommand('sh', ['-c', 'sleep 300 & echo pid $!; wait'], { cwd: '.', log: ${JSON.stringify(log)}, signal: new AbortController().signal });`;
    const worker = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program]);
    const pid = await pidIn(log);
    worker.kill('SIGKILL');
    await untilDead(pid);
  });
});

describe('the static server', () => {
  test('serves files below its folder alone', async () => {
    await mkdir(join(folder, 'site', 'docs'), { recursive: true });
    await writeFile(join(folder, 'site', 'docs', 'index.html'), '<p>docs</p>');
    await writeFile(join(folder, 'secret'), 'secret');
    await using server = await serveFolder(join(folder, 'site'));
    const page = await fetch(`${server.url}/docs/`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await page.text()).toBe('<p>docs</p>');
    for (const path of ['/../secret', '/..%2fsecret', '/docs/..%2f..%2fsecret', '/%', '/nothing', '/']) {
      expect((await fetch(server.url + path)).status).toBe(404);
    }
  });
});

/** Runs the demo without a terminal on the shared server, with a temporary folder of its own. */
async function runDemo(...args: string[]): Promise<{ exitCode: number; output: string }> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const demo = spawn(process.execPath, ['--import', 'tsx', join(root, 'examples/release/demo.ts'), ...args], {
    cwd: root,
    env: { ...process.env, TEMPORAL_ADDRESS: inject('temporalAddress'), TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [demo.stdout, demo.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [exitCode] = await once(demo, 'close');
  return { exitCode, output };
}

/** A package without dependencies, whose installation needs no network. */
async function makePackage(scripts: Record<string, string>): Promise<string> {
  const dir = join(folder, 'tiny');
  await mkdir(dir);
  await writeFile(join(dir, 'package.json'), JSON.stringify({ name: 'tiny', version: '0.1.0', scripts }));
  return dir;
}

function workerOf(output: string): number {
  return Number(/worker (\d+)/.exec(output)?.[1]);
}

async function pidIn(log: string): Promise<number> {
  for (;;) {
    const [, pid] = /pid (\d+)/.exec(await readFile(log, 'utf8').catch(() => '')) ?? [];
    if (pid !== undefined) return Number(pid);
    await delay(20);
  }
}

async function untilDead(pid: number): Promise<void> {
  while (isAlive(pid)) await delay(20);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function never(): AbortSignal {
  return new AbortController().signal;
}
