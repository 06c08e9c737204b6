import { parseArgs } from 'node:util';
import { PawlError } from '../src/core/pawl-error.js';
import { startDevServer } from './dev-server.js';

const USAGE = `npm run dev-server -- [--port 7233] [--ui-port 8233] [--db FILE]

Starts a Temporal server with its UI on this machine and keeps it running until Ctrl-C.

  --port     the port of the gRPC API (7233)
  --ui-port  the port of the Temporal UI (--port plus 1000)
  --db       the file that keeps the runs (dev-server.db in Pawl's cache folder); 'memory' keeps nothing`;

/** Resolves with the exit code: 0 when it was asked to stop, 1 when the server did not start or ended, 2 for wrong use. */
async function main(args: string[]): Promise<number> {
  let settings: ReturnType<typeof readSettings>;
  try {
    settings = readSettings(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  if (settings === 'help') {
    console.log(USAGE);
    return 0;
  }

  const asked = new Promise<'asked'>((resolve) => {
    // `on`, not `once`: a second Ctrl-C must not end this process before the server has ended in good order.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve('asked'));
  });
  try {
    const starting = startDevServer({ ...settings, onProgress: (line) => console.error(line) });
    // Asked before it runs: this process ends, and with it whatever it has started.
    const server = await Promise.race([starting, asked]);
    if (server === 'asked') return 0;

    console.log(`Temporal server  ${server.address} (pid ${server.pid})`);
    console.log(`Temporal UI      ${server.uiUrl}`);
    console.log(`database         ${server.dbFilename}`);
    console.log('Ctrl-C stops it.');
    const end = await Promise.race([asked, server.exited]);
    if (end === 'asked') {
      await server.stop();
      return 0;
    }
    console.error(
      `the Temporal server ended by itself (${end.signal ?? `exit code ${end.code}`}). Its log:\n${end.log}`,
    );
    return 1;
  } catch (error) {
    console.error(error instanceof PawlError ? error.message : error);
    return 1;
  }
}

function readSettings(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string', default: '7233' },
      'ui-port': { type: 'string' },
      db: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const port = readPort('--port', values.port);
  const uiPort = readPort('--ui-port', values['ui-port'] ?? String(port + 1_000));
  return { port, uiPort, dbFilename: values.db };
}

function readPort(flag: string, value: string): number {
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new Error(`${flag}: '${value}' is not a port; give a number from 1 to 65535`);
}

process.exitCode = await main(process.argv.slice(2));
// Ends a build or a download that a signal has interrupted, and what else might hold this process.
process.exit();
