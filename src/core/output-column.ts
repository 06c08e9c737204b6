import type { TaskOrchestrator } from './task-orchestrator.js';
import { type OutputExtent, outputExtent } from './wire-output.js';

/** How large what each unit made is; with the driver that has it, where it is stored; 0 where there is nothing, and nothing after the last that is. */
export type OutputColumn = readonly (number | readonly [bytes: number, driver: string])[];

/** Undefined where no unit has made anything. */
export function writeOutputs(units: readonly TaskOrchestrator[]): OutputColumn | undefined {
  const column = units.map(({ state, output }) => {
    if (state !== 'succeeded' || output === undefined) return 0;
    const { bytes, driver } = outputExtent(output);
    return driver === undefined ? bytes : ([bytes, driver] as const);
  });
  const last = column.findLastIndex((extent) => extent !== 0);
  return last === -1 ? undefined : column.slice(0, last + 1);
}

export function readOutput(column: OutputColumn | undefined, index: number): OutputExtent | undefined {
  const extent = column?.[index] ?? 0;
  if (typeof extent !== 'number') return { bytes: extent[0], driver: extent[1] };
  return extent === 0 ? undefined : { bytes: extent };
}
