import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectOrStartDevServer } from '../../worker/connect-or-start-dev-server.js';
import { type DevServer, type DevServerOptions, startDevServer } from '../../worker/dev-server.js';
import {
  DevServerDatabaseError,
  DevServerDatabaseInUseError,
  DevServerPortInUseError,
  DevServerStartError,
} from '../../worker/dev-server-error.js';
import { findFreePort, isPortFree } from '../../worker/free-ports.js';

const THIRTY_DAYS = 30 * 24 * 60 * 60;
const MINUTE = { timeout: 60_000 };

let folder: string;
let db: string;
const started: DevServer[] = [];
const processes: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pawl-dev-server-test-'));
  db = join(folder, 'runs.db');
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
  for (const child of processes.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

describe('a running server', MINUTE, () => {
  let server: DevServer;

  beforeAll(async () => {
    server = await startDevServer({ dbFilename: 'memory', dynamicConfig: { 'frontend.ListWorkersEnabled': true } });
  }, 60_000);

  afterAll(() => server.stop());

  test('takes a run at once', async () => {
    const run = await startRun(server, 'at-once');
    expect((await run.describe()).status.name).toBe('RUNNING');
  });

  test('shows the Temporal UI over HTTP', async () => {
    const page = await fetch(server.uiUrl);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<!doctype html>');
  });

  test('keeps closed runs for 30 days', async () => {
    expect(await retention(server)).toBe(THIRTY_DAYS);
  });

  test('has the dynamic config that was given', async () => {
    const workers = await withConnection(server, (connection) =>
      connection.workflowService.listWorkers({ namespace: 'default', pageSize: 1 }),
    );
    expect(workers.workersInfo).toEqual([]);
  });

  test('runs beside another one, each on ports of its own', async () => {
    const other = await start({ dbFilename: 'memory' });
    expect(new Set([server.address, server.uiUrl, other.address, other.uiUrl]).size).toBe(4);
    await expect(startRun(other, 'beside')).resolves.toBeDefined();
  });

  test('with the namespace that was asked for keeps that one for 30 days too', async () => {
    const other = await start({ dbFilename: 'memory', namespace: 'team' });
    expect(other.namespace).toBe('team');
    expect(await retention(other)).toBe(THIRTY_DAYS);
  });

  test('starts with its own settings as well', async () => {
    const plain = await start({ dbFilename: 'memory', tuned: false });
    await expect(startRun(plain, 'plain')).resolves.toBeDefined();
  });
});

describe('the database file', MINUTE, () => {
  test('keeps the runs while the server is stopped', async () => {
    const first = await start({ dbFilename: db });
    const { firstExecutionRunId } = await startRun(first, 'kept');
    await first.stop();
    const second = await start({ dbFilename: db });
    expect((await describeRun(second, 'kept')).runId).toBe(firstExecutionRunId);
  });

  test('keeps the runs when the server is killed', async () => {
    const first = await start({ dbFilename: db });
    const { firstExecutionRunId } = await startRun(first, 'kept');
    process.kill(first.pid, 'SIGKILL');
    expect((await first.exited).signal).toBe('SIGKILL');
    const second = await start({ dbFilename: db });
    expect((await describeRun(second, 'kept')).runId).toBe(firstExecutionRunId);
  });

  test('keeps a longer retention that somebody has chosen', async () => {
    const first = await start({ dbFilename: db });
    await withConnection(first, async ({ workflowService }) => {
      const { config } = await workflowService.describeNamespace({ namespace: 'default' });
      const seconds = config?.workflowExecutionRetentionTtl?.seconds?.multiply(3) ?? null;
      await workflowService.updateNamespace({
        namespace: 'default',
        config: { workflowExecutionRetentionTtl: { seconds } },
      });
    });
    await first.stop();
    expect(await retention(await start({ dbFilename: db }))).toBe(3 * THIRTY_DAYS);
  });

  test('refuses a second server, naming the first', async () => {
    const first = await start({ dbFilename: db });
    const error = await failure(start({ dbFilename: db }));
    expect(error).toBeInstanceOf(DevServerDatabaseInUseError);
    expect(error.message).toContain(`${db}: the server at ${first.address} (pid ${first.pid}) has this database open`);
    expect(error.message).toContain(`set TEMPORAL_ADDRESS=${first.address}`);
    await expect(startRun(first, 'unharmed')).resolves.toBeDefined();
  });

  test('that is none is refused, saying how to begin anew', async () => {
    await writeFile(db, 'this is no database '.repeat(1_000));
    const error = await failure(start({ dbFilename: db }));
    expect(error).toBeInstanceOf(DevServerDatabaseError);
    expect(error.message).toContain('file is not a database');
    expect(error.message).toContain(`move ${db} and ${db}-wal away`);
  });

  test('without the tables of a Temporal server is refused in the same way', async () => {
    await writeFile(db, '');
    const error = await failure(start({ dbFilename: db }));
    expect(error).toBeInstanceOf(DevServerDatabaseError);
    expect(error.message).toContain('no such table');
  });

  test('whose path SQLite would read as something else is refused', async () => {
    const error = await failure(start({ dbFilename: join(folder, '100%.db') }));
    expect(error).toBeInstanceOf(DevServerDatabaseError);
  });

  test('in a folder that is not there gets that folder', async () => {
    const server = await start({ dbFilename: join(folder, 'a', 'b.db') });
    expect(await readdir(join(folder, 'a'))).toContain('b.db');
    expect(server.dbFilename).toBe(join(folder, 'a', 'b.db'));
  });

  test('is in the cache folder when none is named', async () => {
    const server = await start({ env: { ...process.env, PAWL_CACHE_DIR: folder } });
    expect(server.dbFilename).toBe(join(folder, 'dev-server.db'));
  });
});

describe('a server that can not start', MINUTE, () => {
  test('on a taken port says which one it is', async () => {
    const { port } = await listener();
    const error = await failure(start({ port, dbFilename: 'memory' }));
    expect(error).toBeInstanceOf(DevServerPortInUseError);
    expect(error.message).toContain(`port ${port} is already in use`);
    expect(error.message).toContain(`TEMPORAL_ADDRESS=127.0.0.1:${port}`);
  });

  test('on a taken port for the UI says which one it is', async () => {
    const { port } = await listener();
    const error = await failure(start({ uiPort: port, dbFilename: 'memory' }));
    expect(error.message).toContain(`port ${port} is already in use`);
  });

  test('because it ends shows the end of its log', async () => {
    const cli = await fakeCli('echo "out of luck" >&2; exit 3');
    const error = await failure(start({ cli, dbFilename: 'memory' }));
    expect(error).toBeInstanceOf(DevServerStartError);
    expect(error.message).toContain('ended with exit code 3 while it started. Its log:\nout of luck');
  });

  test('in time is ended, and the error shows its log', async () => {
    const cli = await fakeCli('echo "pid $$"; exec sleep 600');
    const error = await failure(start({ cli, dbFilename: 'memory', startTimeoutMs: 1_000 }));
    expect(error).toBeInstanceOf(DevServerStartError);
    expect(error.message).toContain('was not reachable');
    const pid = Number(/pid (\d+)/.exec(error.message)?.[1]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('because the program is not there says so', async () => {
    const error = await failure(start({ cli: join(folder, 'gone'), dbFilename: 'memory' }));
    expect(error).toBeInstanceOf(DevServerStartError);
    expect(error.message).toContain(`${join(folder, 'gone')}: the Temporal CLI can't be started`);
  });
});

describe('the end of a server', MINUTE, () => {
  test('comes with stop(), which may be called again', async () => {
    const server = await start({ dbFilename: db });
    await server.stop();
    expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
    expect(await isPortFree(portOf(server.address))).toBe(true);
    await server.stop();
  });

  test('comes with the end of an `await using` block', async () => {
    let exited: DevServer['exited'];
    {
      await using server = await startDevServer({ dbFilename: 'memory' });
      exited = server.exited;
    }
    expect(await exited).toMatchObject({ signal: 'SIGKILL' });
  });

  test('comes when the process that started it is killed', async () => {
    const { parent, address } = await startInOwnProcess();
    expect(await isPortFree(portOf(address))).toBe(false);
    parent.kill('SIGKILL');
    await expect.poll(() => isPortFree(portOf(address)), { timeout: 10_000 }).toBe(true);
  });

  test('when its parent was killed lets the next one start on the same file', async () => {
    const { parent } = await startInOwnProcess(db);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await expect(start({ dbFilename: db })).resolves.toBeDefined();
  });
});

describe('the dev-server command', MINUTE, () => {
  test('prints the addresses and stops the server on SIGINT', async () => {
    const { parent, address, output } = await startInOwnProcess();
    expect(output.join('\n')).toMatch(/Temporal UI +http:\/\/127\.0\.0\.1:\d+/);
    parent.kill('SIGINT');
    expect(await once(parent, 'exit')).toEqual([0, null]);
    expect(await isPortFree(portOf(address))).toBe(true);
  });

  test('ends with 1 and a clear message when the port is taken', async () => {
    const { port } = await listener();
    const { code, errors } = await runCommand('--port', String(port), '--db', 'memory');
    expect(code).toBe(1);
    expect(errors).toMatch(new RegExp(`^port ${port} is already in use`));
  });

  test('ends with 1 and the log when the server is gone', async () => {
    const { parent, pid } = await startInOwnProcess();
    process.kill(pid, 'SIGKILL');
    expect(await once(parent, 'exit')).toEqual([1, null]);
  });

  test('explains itself when it is used wrongly', async () => {
    const { code, errors } = await runCommand('--port', 'here');
    expect(code).toBe(2);
    expect(errors).toContain("--port: 'here' is not a port");
  });
});

describe('connectOrStartDevServer', MINUTE, () => {
  test('uses the server that TEMPORAL_ADDRESS names and starts none', async () => {
    const env = { TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_NAMESPACE: 'team' };
    const server = await connectOrStartDevServer({ env, cli: join(folder, 'gone') });
    expect(server).toMatchObject({ address: 'temporal.example:7233', namespace: 'team', uiUrl: undefined });
    await server.stop();
  });

  test('starts one without TEMPORAL_ADDRESS', async () => {
    const { TEMPORAL_ADDRESS: _, ...env } = process.env;
    await using server = await connectOrStartDevServer({ env, dbFilename: 'memory' });
    expect((await fetch(server.uiUrl ?? '')).status).toBe(200);
  });
});

async function start(options: DevServerOptions): Promise<DevServer> {
  const server = await startDevServer(options);
  started.push(server);
  return server;
}

async function failure(starting: Promise<unknown>): Promise<Error> {
  const outcome = await starting.catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome;
  throw new Error('it started');
}

async function withConnection<T>(server: DevServer, use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

function startRun(server: DevServer, workflowId: string) {
  return withConnection(server, async (connection) => {
    const handle = await new Client({ connection }).workflow.start('any', { taskQueue: 'nobody', workflowId });
    const description = await handle.describe();
    return { firstExecutionRunId: handle.firstExecutionRunId, describe: async () => description };
  });
}

function describeRun(server: DevServer, workflowId: string) {
  return withConnection(server, (connection) => new Client({ connection }).workflow.getHandle(workflowId).describe());
}

function retention(server: DevServer): Promise<number | undefined> {
  return withConnection(server, async ({ workflowService }) => {
    const { config } = await workflowService.describeNamespace({ namespace: server.namespace });
    return config?.workflowExecutionRetentionTtl?.seconds?.toNumber();
  });
}

async function listener(): Promise<{ port: number }> {
  const port = await findFreePort();
  const server = createServer().listen(port, '127.0.0.1').unref();
  await once(server, 'listening');
  return { port };
}

async function fakeCli(script: string): Promise<string> {
  const path = join(folder, 'fake-temporal');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** Runs `npm run dev-server` from its source, as a process that can be killed. */
function command(...args: string[]): ChildProcess {
  const program = fileURLToPath(new URL('../../worker/dev-server-command.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  processes.push(child);
  return child;
}

async function startInOwnProcess(dbFilename = 'memory') {
  const port = await findFreePort();
  const uiPort = await findFreePort();
  const parent = command('--port', String(port), '--ui-port', String(uiPort), '--db', dbFilename);
  const output: string[] = [];
  for await (const line of createInterface({ input: parent.stdout as NodeJS.ReadableStream })) {
    output.push(line);
    if (line.startsWith('Ctrl-C')) break;
  }
  const [, address = '', pid = ''] = /^Temporal server +(\S+) \(pid (\d+)\)/m.exec(output.join('\n')) ?? [];
  return { parent, address, pid: Number(pid), output };
}

async function runCommand(...args: string[]): Promise<{ code: number; errors: string }> {
  const child = command(...args);
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, errors };
}

function portOf(address: string): number {
  return Number(address.split(':')[1]);
}
