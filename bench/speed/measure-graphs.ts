import { seededRandom, shuffle } from '../measure/statistics.js';
import type { WorkerProcess } from '../measure/worker-process.js';
import { CONTENDERS, type Contender } from './contenders.js';
import { judgeGraphs } from './judge-graphs.js';
import { type Go, MeasuredContender, type Sample } from './measure-contender.js';
import { printWorkload } from './print-workload.js';
import type { Bench, Findings } from './section.js';
import { startContender } from './start-contender.js';
import type { Workload } from './workloads.js';

const WARM_UP_ROUNDS = 2;
const ORDER_SEED = 15;

export interface GraphFindings extends Findings {
  readonly figures: readonly Sample[];
}

/** All contenders at these workloads: their workers live at the same time, and in each go all of them run in another order. */
export async function measureGraphs(bench: Bench, workloads: readonly Workload[]): Promise<GraphFindings> {
  const workers = new Map<Contender, WorkerProcess>();
  try {
    for (const contender of CONTENDERS) {
      const { server, handBundle } = bench;
      workers.set(contender, await startContender({ address: server.address, contender, handBundle }));
    }
    const field = [...workers].map(([contender, worker]) => new MeasuredContender(contender, bench, worker));
    const samples = await measureRounds(field, workloads, bench.rounds);
    return { criteria: judgeGraphs(samples, workloads), figures: samples };
  } finally {
    await Promise.all([...workers.values()].map((worker) => worker[Symbol.asyncDispose]()));
  }
}

async function measureRounds(
  field: readonly MeasuredContender[],
  workloads: readonly Workload[],
  rounds: number,
): Promise<Sample[]> {
  const random = seededRandom(ORDER_SEED);
  const samples: Sample[] = [];
  for (const workload of workloads) {
    for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
      const goes = new Map<MeasuredContender, Go[]>(field.map((contender) => [contender, []]));
      // One after the other, so that a moment in which the machine is slow meets a go of each contender and not all of one.
      for (let go = 0; go < workload.goes; go++) {
        for (const contender of shuffle(field, random)) {
          goes.get(contender)?.push(await contender.measure(workload, round, go));
        }
      }
      if (round < 0) continue;
      for (const [contender, own] of goes) samples.push(await contender.sampleOf(workload, round, own));
    }
    printWorkload(samples, workload);
  }
  return samples;
}
