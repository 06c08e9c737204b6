import { isDeepStrictEqual } from 'node:util';
import { WorkerProcess } from '../measure/worker-process.js';
import { LARGE_OUTPUT, READERS, STORED_OUTPUT, STORED_OUTPUTS } from './data-size.js';
import type { DataSettings } from './data-worker.js';
import { type DataRun, followDataRun } from './follow-data-run.js';
import type { Bench, Findings } from './section.js';

const MEBIBYTE = 1024 * 1024;
/** Milliseconds for a run, which by hand can't end. */
const TIME_LIMIT = 30_000;

/** A large output that many tasks read, by Pawl and by hand, and how fast outputs are stored. */
export async function measureData(bench: Bench): Promise<Findings> {
  const workers = [await startWorker(bench, 'pawl'), await startWorker(bench, 'hand')];
  try {
    return await compareRuns(bench);
  } finally {
    await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  }
}

function startWorker({ server }: Bench, by: DataSettings['by']): Promise<WorkerProcess> {
  const settings: DataSettings = { address: server.address, taskQueue: taskQueueOf(by), by };
  return WorkerProcess.start(new URL('./data-worker.ts', import.meta.url), settings);
}

async function compareRuns({ engine }: Bench): Promise<Findings> {
  const follow = (type: string, by: DataSettings['by']) =>
    followDataRun(engine.client, { type, taskQueue: taskQueueOf(by), timeLimit: TIME_LIMIT });
  const readers = await follow('many-readers', 'pawl');
  const readersByHand = await follow('manyReadersByHand', 'hand');
  const outputs = await follow('many-outputs', 'pawl');
  const rate = STORED_OUTPUTS / (outputs.time / 1_000);
  console.log(`1 MiB read by ${READERS} tasks, Pawl: ${describe(readers)}`);
  console.log(`1 MiB read by ${READERS} tasks, by hand: ${describe(readersByHand)}`);
  console.log(`${STORED_OUTPUTS} outputs of 64 KiB, Pawl: ${describe(outputs)}; ${rate.toFixed(0)} claims a second\n`);
  const isReadByAll = isDeepStrictEqual(readers.result, { total: READERS * LARGE_OUTPUT });
  const isStored = isDeepStrictEqual(outputs.result, { length: STORED_OUTPUT });
  return {
    criteria: [
      {
        what: `1 MiB read by ${READERS} tasks: history < 1 MiB, and no error`,
        measured: describe(readers),
        holds: isReadByAll && readers.bytes < MEBIBYTE && readers.problems.length === 0,
      },
      {
        what: `${STORED_OUTPUTS} outputs of 64 KiB: stored, not in history`,
        measured: `${describe(outputs)}; ${rate.toFixed(0)} claims a second`,
        holds: isStored && outputs.bytes < (STORED_OUTPUTS * STORED_OUTPUT) / 10,
      },
    ],
    figures: { readers, readersByHand, outputs, claimsPerSecond: rate },
  };
}

function taskQueueOf(by: DataSettings['by']): string {
  return `bench-data-${by}`;
}

function describe({ end, time, events, bytes, problems }: DataRun): string {
  const took = `${end} after ${(time / 1_000).toFixed(1)} s, ${events} events, ${(bytes / MEBIBYTE).toFixed(2)} MiB of history`;
  return problems.length === 0 ? took : `${took}, ${problems.join('; ')}`;
}
