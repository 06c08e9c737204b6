import { createWorker } from 'pawl/worker';
import { release } from './workflow.js';

// The task queue is for the demo, which may share a server with others; by hand and in docker-compose it is `pawl`.
const { PAWL_TASK_QUEUE: taskQueue } = process.env;

const worker = await createWorker({
  workflows: [release],
  ...(taskQueue && { taskQueue }),
});

// Forked by another process, it ends when that one does, and with it the commands that it runs. The run goes on elsewhere.
process.once('disconnect', () => process.exit(1));
process.channel?.unref();

await worker.run();
