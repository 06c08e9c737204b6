/**
 * A worker of the cached build in a process of its own, with the files in PAWL_CACHE_DIR as its cache: `node --import tsx cached-build-script.ts
 * '<WorkerSettings as JSON>'`. It connects, says `ready`, and polls from the message `go` on.
 */
import { once } from 'node:events';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { createWorker } from '../../worker/index.js';
import { cachedBuild } from './cached-build.js';
import { Moments } from './stop-at-moment.js';
import type { FromWorker, ToWorker, WorkerSettings } from './worker-process.js';

const { address, taskQueue, identity } = JSON.parse(process.argv[2] ?? '') as WorkerSettings; // from worker-process.ts
process.once('disconnect', () => process.exit()); // the test is gone
// By these alone it finds the server and, as that is on this machine, keeps results in files.
process.env.TEMPORAL_ADDRESS = address;

Runtime.install({ logger: new DefaultLogger('ERROR') });

const moments = new Moments(async () => {});
const worker = await createWorker({
  taskQueue,
  identity,
  workflows: [cachedBuild],
  interceptors: moments.interceptors,
  maxHeartbeatThrottleInterval: 500,
  stickyQueueScheduleToStartTimeout: 500,
  shutdownGraceTime: 0,
});
process.send?.({ kind: 'ready' } satisfies FromWorker);
const [message] = (await once(process, 'message')) as [ToWorker]; // the test sends nothing else
if (message.kind === 'go') moments.stopAt(message.stop);
await worker.run();
process.exit();
