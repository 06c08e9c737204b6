// What an expert would write by hand on Temporal, with activities and with local activities. Bundled as workflow code.
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { type Graph, nameOf, sinksOf, wavesOf } from './graph.js';
import type { Activities } from './hand-activities.js';
import { type Workload, workloadOf } from './workloads.js';

type Step = (node: number, needs: readonly number[]) => Promise<number>;
type Outputs = Record<string, number>;

/** As Pawl has them by default, but for the heartbeats: activities this short need none. */
const OPTIONS = { startToCloseTimeout: '10m', retry: { maximumAttempts: 3 } } as const;
const activities = proxyActivities<Activities>(OPTIONS);
const localActivities = proxyLocalActivities<Activities>(OPTIONS);

export async function byHand(name: string): Promise<Outputs> {
  const workload = workloadOf(name);
  return runGraph(workload.graph(), stepOf(workload, activities));
}

export async function byHandLocally(name: string): Promise<Outputs> {
  const workload = workloadOf(name);
  return runGraph(workload.graph(), stepOf(workload, localActivities));
}

/** With a barrier between the waves, as it is often written. */
export async function byHandInWaves(name: string): Promise<Outputs> {
  const workload = workloadOf(name);
  const [graph, step] = [workload.graph(), stepOf(workload, activities)];
  const values: number[] = [];
  const output = (node: number) => values[node] ?? Number.NaN;
  for (const wave of wavesOf(graph)) {
    const outputs = await Promise.all(wave.map((node) => step(node, (graph[node] ?? []).map(output))));
    wave.forEach((node, place) => {
      values[node] = outputs[place] ?? Number.NaN;
    });
  }
  return Object.fromEntries(sinksOf(graph).map((node) => [nameOf(node), output(node)]));
}

function stepOf({ taskTime }: Workload, { step, slowStep }: Activities): Step {
  return taskTime === 0 ? step : (node, needs) => slowStep(node, needs, taskTime);
}

/** A promise for each node, which waits for what it needs. */
async function runGraph(graph: Graph, step: Step): Promise<Outputs> {
  const promises: Promise<number>[] = [];
  graph.forEach((needs, node) => {
    promises.push(runNode(node, needs.map((need) => promises[need]) as Promise<number>[])); // needs come first
  });
  const outputs = await Promise.all(promises);
  return Object.fromEntries(sinksOf(graph).map((node) => [nameOf(node), outputs[node] ?? Number.NaN]));

  async function runNode(node: number, needs: readonly Promise<number>[]): Promise<number> {
    // A line of nodes is written without Promise.all.
    if (needs.length === 1 && needs[0] !== undefined) return step(node, [await needs[0]]);
    return step(node, await Promise.all(needs));
  }
}
