import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';

/** What a measurement was made on, in two lines. */
export function describeMachine(serverVersion: string): readonly [hardware: string, software: string] {
  const [cpu] = cpus();
  const sdk = readFileSync(createRequire(import.meta.url).resolve('@temporalio/worker/package.json'), 'utf8');
  const versions = [
    `Node ${process.version}`,
    `Temporal server ${serverVersion}`,
    `SDK ${(JSON.parse(sdk) as { version: string }).version}`,
  ];
  const memory = (totalmem() / 1024 ** 3).toFixed(1);
  return [`${cpus().length} x ${cpu?.model.trim()}, ${memory} GiB`, versions.join(', ')];
}
