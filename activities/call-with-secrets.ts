import type { TaskArgument } from '../src/core/protocol.js';
import type { TaskLogger } from '../src/define/task-context.js';
import { type CallMeans, callHandler, type HandlerResult, type Surroundings } from './call-handler.js';
import type { ServedTask } from './served-task.js';
import { unitName } from './unit-name.js';
import type { WorkerSecrets } from './worker-secrets.js';

/**
 * Calls a function of a node as {@link callHandler} does, for one attempt, which may resolve secrets. They are masked in what it throws, logs and reports.
 *
 * @throws what {@link callHandler} throws
 */
export async function callWithSecrets(
  task: ServedTask,
  argument: TaskArgument,
  surroundings: Surroundings,
  { secrets: worker, ...means }: Omit<CallMeans, 'secrets'> & { readonly secrets: WorkerSecrets },
): Promise<HandlerResult> {
  const { pawl } = argument;
  const secrets = worker.forAttempt({ workflow: pawl.workflow, task: unitName(pawl) });
  const { signal, attempt, heartbeat, heartbeatDetails, log, workflowId, runId } = surroundings;
  const masked: Surroundings = {
    signal,
    attempt,
    heartbeat: (details) => heartbeat(worker.mask(details)),
    heartbeatDetails,
    log: maskedLog(log, worker),
    workflowId,
    runId,
  };
  try {
    return await callHandler(task, argument, masked, { ...means, secrets });
  } catch (error) {
    throw worker.mask(error);
  } finally {
    secrets.end();
  }
}

function maskedLog(log: TaskLogger, secrets: WorkerSecrets): TaskLogger {
  const masked =
    (level: keyof TaskLogger): TaskLogger['info'] =>
    (...line) =>
      log[level](...secrets.mask(line));
  return { debug: masked('debug'), info: masked('info'), warn: masked('warn'), error: masked('error') };
}
