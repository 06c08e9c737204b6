import { isDeepStrictEqual } from 'node:util';
import type { WorkflowDefinition } from 'pawl';
import { cpuTimeOf } from '../measure/cpu-time-of.js';
import { mean, median } from '../measure/statistics.js';
import type { WorkerProcess } from '../measure/worker-process.js';
import type { Contender } from './contenders.js';
import { expectedOutputs } from './graph.js';
import { pawlWorkflow } from './pawl-workflows.js';
import { type HistoryCost, readHistoryCost } from './read-history-cost.js';
import type { Bench } from './section.js';
import type { Workload } from './workloads.js';

/** What a contender took in one go at a workload. */
export interface Go {
  /** Milliseconds from the start to the last result, on the client. */
  readonly time: number;
  /** Milliseconds of processor time, by run. */
  readonly workerCpu: number;
  /** Milliseconds of processor time, by run. */
  readonly serverCpu: number;
}

/** What a contender took in a round: the median of its goes, of processor time their mean, since the kernel tells hundredths of a second. */
export interface Sample extends Go {
  readonly letter: Contender['letter'];
  readonly workload: string;
  readonly round: number;
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
  async measure(workload: Workload, round: number, go = 0): Promise<Go> {
    const start = this.#starter(workload);
    const expected = expectedOutputs(workload.graph());
    const ids = Array.from({ length: workload.runs }, (_, run) => this.#idOf(workload, round, go, run));
    const before = await this.#cpuTimes();
    const began = performance.now();
    const outputs = await Promise.all(ids.map(async (id) => (await start(id))()));
    const time = performance.now() - began;
    const after = await this.#cpuTimes();
    if (!outputs.every((output) => isDeepStrictEqual(output, expected))) {
      throw new Error(`${workload.name} by ${this.contender.title}: the outputs are wrong`);
    }
    return {
      time,
      workerCpu: (after.worker - before.worker) / workload.runs,
      serverCpu: (after.server - before.server) / workload.runs,
    };
  }

  /** Of all its goes in a round. */
  async sampleOf(workload: Workload, round: number, goes: readonly Go[]): Promise<Sample> {
    return {
      letter: this.contender.letter,
      workload: workload.name,
      round,
      time: median(goes.map(({ time }) => time)),
      workerCpu: mean(goes.map(({ workerCpu }) => workerCpu)),
      serverCpu: mean(goes.map(({ serverCpu }) => serverCpu)),
      history: await readHistoryCost(this.#bench.engine.client, this.#idOf(workload, round, 0, 0)),
    };
  }

  #idOf({ name }: Workload, round: number, go: number, run: number): string {
    return `${name}-${this.contender.letter}-${round}-${go}-${run}`;
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
