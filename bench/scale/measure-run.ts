import { isDeepStrictEqual } from 'node:util';
import type { OrchestrationEngine, WorkflowDefinition } from 'pawl';
import { type Execution, readExecutions } from './read-executions.js';

export interface MeasuredRun {
  readonly name: string;
  /** Tasks, or items of a map. */
  readonly size: number;
  /** Milliseconds from the start to the result, as a caller sees them. */
  readonly duration: number;
  /** Whether it returned what it must: the output of every task. */
  readonly isRight: boolean;
  /** Milliseconds of processor time, of the worker and of the server. */
  readonly cpu: CpuTimes;
  readonly executions: readonly Execution[];
}

export interface CpuTimes {
  readonly worker: number;
  readonly server: number;
}

export async function measureRun(
  engine: OrchestrationEngine,
  definition: WorkflowDefinition,
  size: number,
  expected: unknown,
  cpuTimes: () => Promise<CpuTimes>,
): Promise<MeasuredRun> {
  const before = await cpuTimes();
  const start = performance.now();
  const run = await engine.start(definition, undefined, { workflowId: `${definition.name}-${Date.now()}` });
  const result = await run.result();
  const duration = performance.now() - start;
  const after = await cpuTimes();
  return {
    name: definition.name,
    size,
    duration,
    cpu: { worker: after.worker - before.worker, server: after.server - before.server },
    isRight: isDeepStrictEqual(result, expected),
    executions: await readExecutions(engine.client, run.id, run.runId ?? ''),
  };
}

export function timePerTask({ duration, size }: MeasuredRun): number {
  return duration / size;
}

/** Depends less on what else the machine does. */
export function cpuPerTask({ cpu, size }: MeasuredRun): number {
  return (cpu.worker + cpu.server) / size;
}
