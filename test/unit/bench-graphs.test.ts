import { describe, expect, it } from 'vitest';
import { chain, expectedOutputs, fan, layers, randomGraph, sinksOf, wavesOf } from '../../bench/speed/graph.js';
import { pawlWorkflow } from '../../bench/speed/pawl-workflows.js';
import { WORKLOADS } from '../../bench/speed/workloads.js';
import { runInProcess } from '../../testing/index.js';

describe("the benchmark's graphs", () => {
  it('are deep and wide as their names say', () => {
    expect(wavesOf(chain(50))).toHaveLength(50);
    expect(wavesOf(fan(100)).map((wave) => wave.length)).toEqual([1, 100, 1]);
    expect(wavesOf(layers(10, 10)).map((wave) => wave.length)).toEqual(Array.from({ length: 10 }, () => 10));
  });

  it('are the same random graph for the same seed', () => {
    expect(randomGraph(200, 42)).toEqual(randomGraph(200, 42));
  });

  it('end in what nothing needs', () => {
    expect(sinksOf(fan(3))).toEqual([4]);
  });

  it('give by Pawl what they must', async () => {
    for (const workload of WORKLOADS.filter(({ taskTime }) => taskTime === 0)) {
      const run = await runInProcess(pawlWorkflow(workload, 'activity'), undefined);
      expect(await run.result()).toEqual(expectedOutputs(workload.graph()));
    }
  });
});
