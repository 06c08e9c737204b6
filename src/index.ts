export type { ConnectOptions } from './client/connect.js';
export { OutputMismatchError } from './client/decode-outputs.js';
export {
  InvalidInputError,
  NoWorkerError,
  RunAlreadyExistsError,
  RunCancelledError,
  RunFailedError,
  RunNotFoundError,
  RunTerminatedError,
  RunTimedOutError,
  ServerUnreachableError,
  StartRefusedError,
} from './client/errors.js';
export type { Health, RunProblem, WorkerPresence } from './client/health.js';
export type { ListOptions, RunSummary } from './client/list-runs.js';
export { type EngineOptions, OrchestrationEngine, type StartOptions } from './client/orchestration-engine.js';
export type { Run, WatchOptions } from './client/run.js';
export type { RunPlan } from './client/run-plan.js';
export type { RunSnapshot, TaskCause, TaskSnapshot } from './client/run-snapshot.js';
export type { RunStatus } from './client/run-status.js';
export type { TaskError } from './core/cause.js';
export type { Json } from './core/json.js';
export { PawlError } from './core/pawl-error.js';
export type { Plan } from './core/plan.js';
export type { FailedTask, RunFailureDetails } from './core/run-failure.js';
export type { TaskResult } from './core/task-result.js';
export type { TaskState } from './core/task-state.js';
export type { TriggerRule } from './core/trigger-rule.js';
export { compile } from './define/compile.js';
export { DefinitionError, type DefinitionProblem } from './define/definition-error.js';
export type { TaskHandle } from './define/handle.js';
export { type OptionalNeed, optional, type SettledNeed, settled } from './define/need.js';
export { NonRetryableError } from './define/non-retryable-error.js';
export type { TaskContext, TaskLogger } from './define/task-context.js';
export { workflow } from './define/workflow.js';
export type { InputOf, NameOf, OutputOf, WireOutputOf, WorkflowDefinition } from './define/workflow-definition.js';
