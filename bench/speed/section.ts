import type { OrchestrationEngine } from 'pawl';
import type { DevServer } from 'pawl/worker';
import type { Criterion } from '../measure/criterion.js';

/** What every part of the benchmark has to do with. */
export interface Bench {
  /** The embedded server, tuned, with a database file. */
  readonly server: DevServer;
  readonly engine: OrchestrationEngine;
  /** For the files that it makes; removed at the end. */
  readonly folder: string;
  /** The bundle of the workflows that are written by hand. */
  readonly handBundle: string;
  /** How often contenders meet. */
  readonly rounds: number;
}

/** What a part of the benchmark has found. */
export interface Findings {
  readonly criteria: readonly Criterion[];
  /** All that was measured, for the JSON file. */
  readonly figures: unknown;
}
