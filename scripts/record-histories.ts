/**
 * Records the histories that test/replay replays:
 *
 *     npm run build && npx tsx scripts/record-histories.ts [--again] [name ...]
 *
 * Without a name it records the runs of test/replay/recorded-runs.ts of which a fixture is missing; with `--again` and names those that
 * have them, too. A fixture stands for the runs in flight of users: when it no longer replays, the interpreter has to be made to
 * (`patched`), not the fixture recorded again, unless nobody can have such a run.
 *
 * It starts a Temporal server and worker processes of its own and takes about two minutes.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { historyFile, type JsonHistory, writeHistory } from '../test/replay/history-file.js';
import { makePortable } from '../test/replay/portable-history.js';
import { recordedRuns } from '../test/replay/recorded-runs.js';
import { type RecordedRun, Stage } from '../test/replay/stage.js';
import { startDevServer } from '../worker/dev-server.js';
import { findTemporalCli } from '../worker/find-temporal-cli.js';

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const again = process.argv.includes('--again');
const unknown = names.filter((name) => recordedRuns.every((run) => run.name !== name));
if (unknown.length > 0) throw new Error(`there is no recorded run ${unknown.join(', ')}`);
if (again && names.length === 0) throw new Error('say which runs to record again');

Runtime.install({ logger: new DefaultLogger('ERROR') });
// Stacks of handlers are kept in the run's memo as well; they would name files of this machine.
Error.stackTraceLimit = 0;

const { path: cli } = await findTemporalCli({ env: process.env, onProgress: console.log });
await using server = await startDevServer({ dbFilename: 'memory', cli });
for (const run of recordedRuns) {
  if (names.length > 0 && !names.includes(run.name)) continue;
  if (!again && [run, ...(run.others ?? [])].every(({ name }) => existsSync(historyFile(name)))) continue;
  await using stage = await Stage.open(server.address, run.name);
  await run.record(stage);
  await keepHistories(run);
}

async function keepHistories({ name, others = [] }: RecordedRun): Promise<void> {
  const executions = await showExecutions(name);
  const earlier = others.filter((other) => 'execution' in other);
  if (executions.length !== earlier.length + 1) {
    throw new Error(`${name} has ${executions.length} executions, and fixtures for ${earlier.length + 1}`);
  }
  keep(name, executions.at(-1));
  for (const other of others) {
    if ('execution' in other) keep(other.name, executions[other.execution - 1]);
    else keep(other.name, await showHistory(`${name}/${other.child}`));
  }
}

function keep(name: string, history: JsonHistory | undefined): void {
  if (history === undefined) throw new Error(`there is no history for ${name}`);
  writeHistory(name, makePortable(history));
  console.log(`${name}: ${history.events.length} events`);
}

/** The executions of a run, first to last. */
async function showExecutions(workflowId: string): Promise<JsonHistory[]> {
  const executions: JsonHistory[] = [];
  for (let runId: string | undefined; ; ) {
    const history = await showHistory(workflowId, runId);
    executions.unshift(history);
    const started = history.events[0]?.workflowExecutionStartedEventAttributes as
      | { readonly continuedExecutionRunId?: string }
      | undefined;
    runId = started?.continuedExecutionRunId || undefined;
    if (runId === undefined) return executions;
  }
}

async function showHistory(workflowId: string, runId?: string): Promise<JsonHistory> {
  const run = runId === undefined ? [] : ['--run-id', runId];
  const args = [
    'workflow',
    'show',
    '--workflow-id',
    workflowId,
    ...run,
    '--output',
    'json',
    '--address',
    server.address,
  ];
  const { stdout } = await promisify(execFile)(cli, args, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as JsonHistory; // as the Temporal CLI prints it
}
