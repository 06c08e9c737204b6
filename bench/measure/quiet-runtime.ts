import { makeTelemetryFilterString, Runtime } from '@temporalio/worker';

/** Nothing is logged that a benchmark expects: it prints its own figures, and errors still end it. */
export function installQuietRuntime(): void {
  Runtime.install({
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
}
