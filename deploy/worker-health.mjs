// The health check of the worker's container: is the worker in it asking the server for work? A process that merely
// exists may have lost its connection, and a worker has no port that could be tried.
import { hostname } from 'node:os';
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

const TASK_QUEUE_TYPE_WORKFLOW = 1;
const TASK_QUEUE_TYPE_ACTIVITY = 2;

// A poll waits for up to 60 s, and the server remembers when each began.
const LONGEST_POLL_MS = 90_000;

const taskQueue = process.argv[2] ?? 'pawl';
const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
const connection = await Connection.connect(connectionOptions);

const polls = await Promise.all([TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY].map(lastPollOfThisHost));
await connection.close();

// One of the two is enough: with all its slots taken, a worker doesn't ask for more of that kind.
const idleMs = Date.now() - Math.max(...polls);
if (idleMs > LONGEST_POLL_MS) {
  console.error(
    `No worker on ${hostname()} has polled the task queue '${taskQueue}' in the last ${LONGEST_POLL_MS} ms.`,
  );
  process.exitCode = 1;
}

/** When a worker on this host last asked for work of this type, in ms since the epoch; 0 for never. */
async function lastPollOfThisHost(taskQueueType) {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType,
  });
  const seconds = pollers
    .filter(({ identity }) => identity.includes(`@${hostname()}`))
    .map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0));
  return Math.max(0, ...seconds) * 1_000;
}
