/**
 * Records the histories that test/replay replays:
 *
 *     npm run build && npx tsx scripts/record-histories.ts [--again] [name ...]
 *
 * Without a name it records the runs of test/replay/recorded-runs.ts that have no fixture yet; with `--again` those that have one, too. A
 * fixture stands for the runs in flight of users: when it no longer replays, the interpreter has to be made to (`patched`), not the
 * fixture recorded again, unless nobody can have such a run.
 *
 * It starts a Temporal server and worker processes of its own and takes about a minute.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { historyFile, type JsonHistory, writeHistory } from '../test/replay/history-file.js';
import { makePortable } from '../test/replay/portable-history.js';
import { recordedRuns } from '../test/replay/recorded-runs.js';
import { Stage } from '../test/replay/stage.js';
import { startDevServer } from '../worker/dev-server.js';
import { findTemporalCli } from '../worker/find-temporal-cli.js';

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const again = process.argv.includes('--again');
const unknown = names.filter((name) => recordedRuns.every((run) => run.name !== name));
if (unknown.length > 0) throw new Error(`there is no recorded run ${unknown.join(', ')}`);

Runtime.install({ logger: new DefaultLogger('ERROR') });
// Stacks of handlers are kept in the run's memo as well; they would name files of this machine.
Error.stackTraceLimit = 0;

const { path: cli } = await findTemporalCli({ env: process.env, onProgress: console.log });
await using server = await startDevServer({ dbFilename: 'memory', cli });
for (const run of recordedRuns) {
  if (names.length > 0 && !names.includes(run.name)) continue;
  if (existsSync(historyFile(run.name)) && !again) continue;
  await using stage = await Stage.open(server.address, run.name);
  await run.record(stage);
  const history = makePortable(await showHistory(run.name));
  writeHistory(run.name, history);
  console.log(`${run.name}: ${history.events.length} events`);
}

async function showHistory(workflowId: string): Promise<JsonHistory> {
  const args = ['workflow', 'show', '--workflow-id', workflowId, '--output', 'json', '--address', server.address];
  const { stdout } = await promisify(execFile)(cli, args, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as JsonHistory; // as the Temporal CLI prints it
}
