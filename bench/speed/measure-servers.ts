import { join } from 'node:path';
import { OrchestrationEngine } from 'pawl';
import { type DevServer, startDevServer } from 'pawl/worker';
import { median } from '../measure/statistics.js';
import type { WorkerProcess } from '../measure/worker-process.js';
import { PAWL } from './contenders.js';
import { MeasuredContender } from './measure-contender.js';
import type { Bench, Findings } from './section.js';
import { startContender } from './start-contender.js';
import { workloadOf } from './workloads.js';

const MOST_ROUNDS = 9;
/** How much faster the tuned server must be. */
const LEAST_GAINS = [
  ['chain-50', 4],
  ['chain-5-by-100', 2],
] as const;

/** The embedded server with Pawl's settings beside the Temporal CLI's own, both with a database file, both alive at the same time. */
export async function measureServers(bench: Bench): Promise<Findings> {
  await using untuned = await startDevServer({ dbFilename: join(bench.folder, 'untuned.db'), tuned: false });
  const engine = await OrchestrationEngine.connect({ address: untuned.address });
  await using tunedWorker = await startPawl(bench, bench.server);
  await using untunedWorker = await startPawl(bench, untuned);
  const sides = {
    tuned: new MeasuredContender(CONTENDER, bench, tunedWorker),
    untuned: new MeasuredContender(CONTENDER, { engine, server: untuned }, untunedWorker),
  };
  const times: { workload: string; tuned: number[]; untuned: number[] }[] = [];
  for (const [workload] of LEAST_GAINS) {
    const of = { workload, tuned: [] as number[], untuned: [] as number[] };
    for (let round = -1; round < Math.min(bench.rounds, MOST_ROUNDS); round++) {
      for (const side of ['tuned', 'untuned'] as const) {
        const { time } = await sides[side].measure(workloadOf(workload), round);
        if (round >= 0) of[side].push(time);
      }
    }
    console.log(
      `${workload} by Pawl: tuned server ${median(of.tuned).toFixed(0)} ms, untuned ${median(of.untuned).toFixed(0)} ms`,
    );
    times.push(of);
  }
  console.log();
  await engine.close();
  const criteria = LEAST_GAINS.map(([workload, least]) => {
    const of = times.find((candidate) => candidate.workload === workload);
    const gain = median(of?.untuned ?? []) / median(of?.tuned ?? []);
    return {
      what: `${workload}: the tuned server at least ${least} times faster than the untuned`,
      measured: `${gain.toFixed(1)} times`,
      holds: gain >= least,
    };
  });
  return { criteria, figures: times };
}

/** Not the task queue of the contest, whose worker may live still. */
const CONTENDER = { ...PAWL, taskQueue: 'bench-servers' };

function startPawl({ handBundle }: Bench, { address }: DevServer): Promise<WorkerProcess> {
  return startContender({ address, contender: CONTENDER, handBundle });
}
