import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Criterion } from '../measure/criterion.js';
import { drawChart } from './chart.js';
import type { Sample } from './measure-contender.js';

export interface Results {
  readonly machine: readonly string[];
  readonly criteria: readonly Criterion[];
  /** What each part has measured; undefined of what was left out. */
  readonly graphs: readonly Sample[] | undefined;
  readonly servers: unknown;
  readonly start: unknown;
  readonly replay: unknown;
  readonly data: unknown;
}

/** Writes `speed.json` and, where graphs were measured, `speed.svg`. */
export async function writeResults(folder: string, results: Results): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = [['speed.json', `${JSON.stringify(results, null, 2)}\n`]];
  if (results.graphs !== undefined) files.push(['speed.svg', drawChart(results.graphs, results.machine)]);
  for (const [name = '', text = ''] of files) {
    await writeFile(join(folder, name), text);
    console.log(`written: ${join(folder, name)}`);
  }
}
