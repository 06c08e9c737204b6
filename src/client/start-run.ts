import {
  type Client,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { RunAlreadyExistsError, ServerUnreachableError, StartRefusedError } from './errors.js';
import { isGrpcStatus } from './grpc-error.js';

/**
 * Starts an execution and returns its run id.
 *
 * @throws {@link RunAlreadyExistsError}, {@link ServerUnreachableError}, {@link StartRefusedError}
 */
export async function startRun(client: Client, type: string, options: WorkflowStartOptions): Promise<string> {
  const { workflowId } = options;
  try {
    const handle = await client.workflow.start(type, options);
    return handle.firstExecutionRunId;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) throw new RunAlreadyExistsError(workflowId, error);
    if (isGrpcStatus(error, 'unavailable')) {
      throw new ServerUnreachableError(`the Temporal server was lost; run '${workflowId}' may have been started`, {
        hint: 'start it again with the same workflowId: it is not started twice',
        cause: error,
      });
    }
    if (!(error instanceof ServiceError)) throw error;
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    throw new StartRefusedError(`Temporal did not start the run: ${reason}`, {
      place: `run '${workflowId}'`,
      cause: error,
    });
  }
}
