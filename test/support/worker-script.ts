/**
 * A worker in a process of its own, for tests that kill it: `node --import tsx worker-script.ts '<WorkerSettings as JSON>'`. It connects,
 * says `ready`, and polls from the first message `go` on.
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { TaskContext } from '../../src/index.js';
import { createWorker } from '../../worker/index.js';
import { logEntry } from './entry-log.js';
import { examplePipeline, type PipelineInput } from './example-pipeline.js';
import { Moments } from './stop-at-moment.js';
import type { FromWorker, ToWorker, WorkerSettings } from './worker-process.js';

const { address, taskQueue, identity } = JSON.parse(process.argv[2] ?? '') as WorkerSettings; // from worker-process.ts
process.once('disconnect', () => process.exit()); // the test is gone

Runtime.install({ logger: new DefaultLogger('ERROR') });

const moments = new Moments(async () => {
  tell({ kind: 'reached' });
  await receive('goOn');
});

const work = async (context: TaskContext<PipelineInput>) => {
  logEntry(context.input.log, {
    key: context.idempotencyKey,
    workflowId: context.workflowId,
    task: context.task,
    attempt: context.attempt,
    worker: identity,
  });
  await moments.reach('handler entered');
  await pause(60);
  await moments.reach('handler at work');
  await pause(60);
};

const worker = await createWorker({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  identity,
  workflows: [examplePipeline({ work })],
  interceptors: moments.interceptors,
  dataConverter: { payloadCodecs: [moments.codec] },
  // So that a workflow task which was on its way to a killed worker goes to another one soon.
  stickyQueueScheduleToStartTimeout: 500,
  maxHeartbeatThrottleInterval: 500,
  shutdownGraceTime: 0,
});
process.on('message', (message: ToWorker) => {
  if (message.kind === 'go') moments.stopAt(message.stop);
});
tell({ kind: 'ready' });
await receive('go');
await worker.run();
process.exit();

function tell(message: FromWorker): void {
  process.send?.(message);
}

async function receive(kind: ToWorker['kind']): Promise<void> {
  for (;;) {
    const [message] = (await once(process, 'message')) as [ToWorker]; // the test sends nothing else
    if (message.kind === kind) return;
  }
}
