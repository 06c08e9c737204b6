import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { RunAlreadyExistsError } from '../../src/index.js';
import type { ClientSettings } from '../support/client-script.js';
import { type Entry, logEntry, readEntries } from '../support/entry-log.js';
import { examplePipeline, PIPELINE_RESULT } from '../support/example-pipeline.js';
import { chooseSeed } from '../support/random-seed.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';
import { type FinishedRun, finish, tasksOf } from './finished-run.js';

const RUNS_PER_CLIENT = 12;
/** Leaves some starts that are neither made nor on their way; the client makes three at once. */
const MAXIMUM_STARTS = RUNS_PER_CLIENT - 4;
const SCRIPT = fileURLToPath(new URL('../support/client-script.ts', import.meta.url));

const pipeline = examplePipeline({
  work: async (context) => {
    const { idempotencyKey: key, workflowId, task, attempt, input } = context;
    logEntry(input.log, { key, workflowId, task, attempt, worker: 'the only one' });
  },
});

describe('of the runs that a client was starting when it was killed with SIGKILL,', () => {
  /** By workflow id, with the run id that the client was told. */
  const acknowledged = new Map<string, string>();
  /** The others, as a second client found them. */
  const startedAgain = new Set<string>();
  const existed = new Set<string>();
  const runs: FinishedRun[] = [];
  let entries: readonly Entry[];
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-crash-'));
    const log = join(folder, 'entries.log');
    await using engine = await connectEngine();
    const killed = randomDeaths(chooseSeed('client-crash')).map(async (death, client) => {
      const settings: ClientSettings = {
        address: inject('temporalAddress'),
        taskQueue: engine.taskQueue,
        workflowIds: Array.from({ length: RUNS_PER_CLIENT }, (_, run) => `client-${client}-run-${run}-${randomUUID()}`),
        acknowledged: join(folder, `client-${client}.acknowledged`),
        log,
        death,
      };
      await runUntilKilled(settings);
      return settings;
    });
    const clients = await Promise.all(killed);
    for (const client of clients) for (const [id, runId] of readAcknowledged(client)) acknowledged.set(id, runId);

    const workflowIds = clients.flatMap((client) => client.workflowIds);
    for (const workflowId of workflowIds) {
      const again = engine.start(pipeline, { log }, { workflowId });
      await again.then(
        () => startedAgain.add(workflowId),
        (error) => {
          if (!(error instanceof RunAlreadyExistsError)) throw error;
          existed.add(workflowId);
        },
      );
    }
    await withWorker(engine, [pipeline], async () => {
      runs.push(...(await Promise.all(workflowIds.map((id) => finish(engine, engine.run(id))))));
    });
    entries = readEntries(log);
    console.log(
      `client-crash: ${acknowledged.size} starts acknowledged, ${existed.size} made, ${startedAgain.size} not`,
    );
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('those that were acknowledged are there, and some others are not', () => {
    expect([...existed]).toEqual(expect.arrayContaining([...acknowledged.keys()]));
    expect(startedAgain.size).toBeGreaterThan(0);
  });

  test('those that were acknowledged are the ones that ran', () => {
    for (const run of runs) {
      const keys = new Set(entries.filter((entry) => entry.workflowId === run.id).map((entry) => entry.key));
      const runId = acknowledged.get(run.id);
      if (runId !== undefined) expect(keys).toContain(`${run.id}/${runId}/install`);
    }
  });

  test('every one that is there completes: a start is made or not, and never half', () => {
    expect(runs).toHaveLength(existed.size + startedAgain.size);
    for (const run of runs) expect(run.result).toEqual(PIPELINE_RESULT);
  });

  test('each runs once, though a second client starts all of them again', () => {
    for (const { task, ofTask } of tasksOf(runs, entries)) {
      expect(task).toMatchObject({ completions: 1, otherEnds: 0 });
      expect(ofTask).toHaveLength(1);
    }
  });
});

/** Two clients die between acknowledged starts, two at any time. */
function randomDeaths(seed: number): readonly ClientSettings['death'][] {
  const afterStarts = fc.record({ afterStarts: fc.integer({ min: 1, max: MAXIMUM_STARTS }) });
  const afterMs = fc.record({ afterMs: fc.integer({ min: 0, max: 60 }) });
  return fc.sample(fc.tuple(afterStarts, afterStarts, afterMs, afterMs), { seed, numRuns: 1 })[0] ?? [];
}

async function runUntilKilled(settings: ClientSettings): Promise<void> {
  const client = spawn(process.execPath, ['--import', 'tsx', SCRIPT, JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code, signal] = await once(client, 'exit');
  if (signal !== 'SIGKILL') throw new Error(`the client ended with ${code ?? signal} before it was killed`);
}

function readAcknowledged({ acknowledged }: ClientSettings): [id: string, runId: string][] {
  if (!existsSync(acknowledged)) return [];
  const lines = readFileSync(acknowledged, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => line.split(' ') as [string, string]); // as client-script.ts writes it
}
