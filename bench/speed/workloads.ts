// Imported by workflow code as well: it imports only what is pure.
import { chain, fan, type Graph, layers, randomGraph, wavesOf } from './graph.js';

export interface Workload {
  readonly name: string;
  /** Made when it is asked for: workflow code loads this module for every run. */
  readonly graph: () => Graph;
  /** Milliseconds that each activity takes beside its computation. */
  readonly taskTime: number;
  /** Runs that are started at once. */
  readonly runs: number;
  /** Goes of each contender in a round, of which the median counts: one go tells little. */
  readonly goes: number;
}

/** Ten waves, of which the widest has 32 tasks. */
const RANDOM_SEED = 42;

export const WORKLOADS: readonly Workload[] = [
  { name: 'chain-50', graph: () => chain(50), taskTime: 0, runs: 1, goes: 5 },
  { name: 'fan-100', graph: () => fan(100), taskTime: 0, runs: 1, goes: 5 },
  { name: 'layers-10x10', graph: () => layers(10, 10), taskTime: 0, runs: 1, goes: 5 },
  { name: 'random-200', graph: () => randomGraph(200, RANDOM_SEED), taskTime: 0, runs: 1, goes: 5 },
  { name: 'random-200-slow', graph: () => randomGraph(200, RANDOM_SEED), taskTime: 200, runs: 1, goes: 3 },
  { name: 'chain-5-by-100', graph: () => chain(5), taskTime: 0, runs: 100, goes: 3 },
];

export function workloadOf(name: string): Workload {
  const workload = WORKLOADS.find((candidate) => candidate.name === name);
  if (workload === undefined) throw new RangeError(`there is no workload '${name}'`);
  return workload;
}

/** Milliseconds that a run takes at least: its longest line of activities. */
export function criticalPath({ graph, taskTime }: Workload): number {
  return wavesOf(graph()).length * taskTime;
}
