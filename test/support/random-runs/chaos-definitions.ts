import fc from 'fast-check';
import type { WorkerSettings } from '../worker-process.js';
import { type DefinitionSettings, defineRandomRuns } from './define-random-runs.js';
import type { RandomDefinition } from './finished-run.js';
import { arbitraryRun } from './random-run.js';

/** With which the test and its worker processes make the same definitions. */
export interface ChaosSettings extends DefinitionSettings {
  readonly seed: number;
  readonly runs: number;
}

export interface ChaosWorkerSettings extends WorkerSettings, ChaosSettings {}

export function chaosDefinitions(settings: ChaosSettings): RandomDefinition[] {
  const { seed, runs } = settings;
  const randoms = fc.sample(arbitraryRun({ maxTasks: 7, pace: 1_000, continued: 4 }), { numRuns: runs, seed });
  return defineRandomRuns(randoms, settings);
}
