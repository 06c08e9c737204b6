import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from '../measure/statistics.js';
import type { Bench, Findings } from './section.js';
import type { StartSettings } from './starting-worker.js';

const SCRIPT = fileURLToPath(new URL('./starting-worker.ts', import.meta.url));
const REPETITIONS = 5;
const MOST_MILLISECONDS = 1_000;
const LEAST_GAIN = 3;

/** How long a worker takes from the call that makes it to its first poll, with Pawl's shipped bundle and with bundling at start. */
export async function measureStart(bench: Bench): Promise<Findings> {
  const times: Record<StartSettings['way'], number[]> = { pawl: [], bundling: [] };
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    for (const way of ['pawl', 'bundling'] as const) times[way].push(await startOnce(bench, way));
  }
  const [pawl, bundling] = [median(times.pawl), median(times.bundling)];
  const gain = bundling / pawl;
  console.log(`worker start to first poll: Pawl ${pawl.toFixed(0)} ms, bundling at start ${bundling.toFixed(0)} ms\n`);
  return {
    criteria: [
      {
        what: `worker start to first poll < ${MOST_MILLISECONDS} ms`,
        measured: `${pawl.toFixed(0)} ms`,
        holds: pawl < MOST_MILLISECONDS,
      },
      {
        what: `worker start at least ${LEAST_GAIN} times faster than with bundling`,
        measured: `${gain.toFixed(1)} times`,
        holds: gain >= LEAST_GAIN,
      },
    ],
    figures: times,
  };
}

async function startOnce({ server }: Bench, way: StartSettings['way']): Promise<number> {
  const { address, namespace } = server;
  const settings: StartSettings = { address, namespace, way, taskQueue: `start-${randomUUID()}` };
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', SCRIPT, JSON.stringify(settings)]);
  return JSON.parse(stdout) as number; // what the script prints
}
