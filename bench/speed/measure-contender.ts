import { isDeepStrictEqual } from 'node:util';
import type { WorkflowDefinition } from 'pawl';
import { cpuTimeOf } from '../measure/cpu-time-of.js';
import type { WorkerProcess } from '../measure/worker-process.js';
import type { Contender } from './contenders.js';
import { expectedOutputs } from './graph.js';
import { pawlWorkflow } from './pawl-workflows.js';
import { type HistoryCost, readHistoryCost } from './read-history-cost.js';
import type { Bench } from './section.js';
import type { Workload } from './workloads.js';

/** What a contender took at a workload: in one go, or in all goes of a round. */
export interface Sample {
  readonly letter: Contender['letter'];
  readonly workload: string;
  readonly round: number;
  /** Milliseconds from the start to the last result, on the client. */
  readonly time: number;
  /** Milliseconds of processor time, by run. */
  readonly workerCpu: number;
  /** Milliseconds of processor time, by run. */
  readonly serverCpu: number;
  /** Of the first run. */
  readonly history: HistoryCost;
}

type Start = (workflowId: string) => Promise<() => Promise<unknown>>;

/** Starts a workload's runs at once and waits for all of them. */
export class MeasuredContender {
  readonly contender: Contender;
  readonly #bench: Pick<Bench, 'engine' | 'server'>;
  readonly #worker: WorkerProcess;
  /** Made once, as in a service that starts runs. */
  readonly #definitions = new Map<string, WorkflowDefinition>();

  constructor(contender: Contender, bench: Pick<Bench, 'engine' | 'server'>, worker: WorkerProcess) {
    this.contender = contender;
    this.#bench = bench;
    this.#worker = worker;
  }

  /**
   * @param go of the round, from 0
   * @throws if an output is not what the graph says
   */
  async measure(workload: Workload, round: number, go = 0): Promise<Sample> {
    const { letter } = this.contender;
    const start = this.#starter(workload);
    const expected = expectedOutputs(workload.graph());
    const ids = Array.from({ length: workload.runs }, (_, run) => `${workload.name}-${letter}-${round}-${go}-${run}`);
    const before = await this.#cpuTimes();
    const began = performance.now();
    const outputs = await Promise.all(ids.map(async (id) => (await start(id))()));
    const time = performance.now() - began;
    const after = await this.#cpuTimes();
    if (!outputs.every((output) => isDeepStrictEqual(output, expected))) {
      throw new Error(`${workload.name} by ${this.contender.title}: the outputs are wrong`);
    }
    return {
      letter,
      workload: workload.name,
      round,
      time,
      workerCpu: (after.worker - before.worker) / workload.runs,
      serverCpu: (after.server - before.server) / workload.runs,
      history: await readHistoryCost(this.#bench.engine.client, ids[0] ?? ''),
    };
  }

  #starter(workload: Workload): Start {
    const { written, taskQueue } = this.contender;
    const { engine } = this.#bench;
    if (written.by === 'pawl') {
      const definition = this.#definition(workload, written.placement);
      return async (workflowId) => {
        const run = await engine.start(definition, undefined, { workflowId, taskQueue });
        return () => run.result();
      };
    }
    return async (workflowId) => {
      const args = [workload.name];
      const run = await engine.client.workflow.start(written.workflowType, { workflowId, taskQueue, args });
      return () => run.result();
    };
  }

  #definition(workload: Workload, placement: 'activity' | 'local'): WorkflowDefinition {
    const known = this.#definitions.get(workload.name) ?? pawlWorkflow(workload, placement);
    this.#definitions.set(workload.name, known);
    return known;
  }

  async #cpuTimes(): Promise<{ worker: number; server: number }> {
    return { worker: (await this.#worker.usage()).cpu, server: cpuTimeOf(this.#bench.server.pid) };
  }
}
