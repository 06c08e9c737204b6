import { mean, median, seededRandom, shuffle } from '../measure/statistics.js';
import type { WorkerProcess } from '../measure/worker-process.js';
import { CONTENDERS, type Contender } from './contenders.js';
import { judgeGraphs } from './judge-graphs.js';
import { MeasuredContender, type Sample } from './measure-contender.js';
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
      const goes: Sample[] = [];
      // One after the other, so that a moment in which the machine is slow meets a go of each contender and not all of one.
      for (let go = 0; go < workload.goes; go++) {
        for (const contender of shuffle(field, random)) goes.push(await contender.measure(workload, round, go));
      }
      if (round >= 0) samples.push(...field.map(({ contender }) => sampleOf(goes, contender)));
    }
    printWorkload(samples, workload);
  }
  return samples;
}

/** Of all goes of a contender in a round. */
function sampleOf(goes: readonly Sample[], { letter }: Contender): Sample {
  const own = goes.filter((go) => go.letter === letter);
  const [first] = own;
  if (first === undefined) throw new RangeError(`contender (${letter}) had no go`);
  return {
    ...first,
    time: median(own.map(({ time }) => time)),
    workerCpu: mean(own.map(({ workerCpu }) => workerCpu)),
    serverCpu: mean(own.map(({ serverCpu }) => serverCpu)), // of which the kernel tells hundredths of a second
  };
}
