/**
 * A worker of random runs in a process of its own, for tests that kill it: `node --import tsx chaos-worker.ts '<ChaosWorkerSettings as JSON>'`.
 * It connects, says `ready`, and polls from the first message `go` on.
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { DefaultLogger, NativeConnection, Runtime, TransportError } from '@temporalio/worker';
import { createWorker } from '../../../worker/index.js';
import { type ChaosWorkerSettings, chaosDefinitions } from './chaos-definitions.js';

const settings = JSON.parse(process.argv[2] ?? '') as ChaosWorkerSettings; // from the test
process.once('disconnect', () => process.exit()); // the test is gone

Runtime.install({ logger: new DefaultLogger('ERROR') });

const { address, taskQueue, identity } = settings;
const worker = await createWorker({
  connection: await connect(),
  taskQueue,
  identity,
  workflows: chaosDefinitions(settings).map(({ definition }) => definition),
  // So that a workflow task which was on its way to a killed worker goes to another one soon.
  stickyQueueScheduleToStartTimeout: 500,
  maxHeartbeatThrottleInterval: 500,
  shutdownGraceTime: 0,
});
process.send?.({ kind: 'ready' });
await once(process, 'message');
await worker.run();
process.exit();

/** Waits for a server that was killed. */
async function connect(): Promise<NativeConnection> {
  for (;;) {
    try {
      return await NativeConnection.connect({ address });
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      await pause(100);
    }
  }
}
