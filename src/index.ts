export type { GcOptions, GcReport } from './client/collect-garbage.js';
export type { ConnectOptions } from './client/connect.js';
export { OutputMismatchError } from './client/decode-outputs.js';
export {
  InvalidInputError,
  InvalidOptionError,
  NoWorkerError,
  RunAlreadyExistsError,
  RunCancelledError,
  RunFailedError,
  RunNotFoundError,
  RunTerminatedError,
  RunTimedOutError,
  ServerUnreachableError,
  StartRefusedError,
  UnknownTaskError,
} from './client/errors.js';
export type { Health, RunProblem, WorkerPresence } from './client/health.js';
export type { ListOptions, RunSummary } from './client/list-runs.js';
export { type EngineOptions, OrchestrationEngine, type StartOptions } from './client/orchestration-engine.js';
export { OutputMissingError } from './client/read-output.js';
export { OutputSkippedError } from './client/require-outputs.js';
export type { RerunOptions, RerunWith } from './client/rerun/rerun.js';
export { RerunRefusedError, RunStillOpenError } from './client/rerun/rerun-errors.js';
export type { RerunPlan, RerunTask } from './client/rerun/rerun-plan.js';
export type { ItemsOptions, Run } from './client/run.js';
export type { RunItem, RunItemsPage } from './client/run-items.js';
export type { RunPlan, RunPlanNode } from './client/run-plan.js';
export type { AuditLine, RunSnapshot } from './client/run-snapshot.js';
export type { RunStatus } from './client/run-status.js';
export type { RunTask } from './client/run-task.js';
export type { StateCounts } from './client/state-counts.js';
export type { OrderOptions } from './client/steering.js';
export { OrderFailedError, OrderRefusedError, RunBusyError, RunClosedError } from './client/steering-errors.js';
export type { ItemCounts, OutputSummary, TaskCause, TaskSnapshot } from './client/task-snapshot.js';
export type { WatchOptions } from './client/watch-run.js';
export type { CachedFrom } from './core/cached-column.js';
export type { TaskError } from './core/cause.js';
export type { Json } from './core/json.js';
export type { Approval } from './core/order.js';
export { PawlError } from './core/pawl-error.js';
export type { Plan } from './core/plan.js';
export type { FailedTask, RunFailureDetails } from './core/run-failure.js';
export type { TaskResult } from './core/task-result.js';
export type { TaskState } from './core/task-state.js';
export type { TriggerRule } from './core/trigger-rule.js';
export { type CodecServer, type CodecServerOptions, codecServer } from './data/codec-server.js';
export { type CollectableStorageDriver, isCollectable, type StoredObject } from './data/collectable-storage-driver.js';
export {
  InvalidClaimError,
  StorageUnusableError,
  StoredObjectCorruptError,
  StoredObjectMissingError,
} from './data/driver-errors.js';
export { encryptedDataConverter } from './data/encrypted-data-converter.js';
export { DecryptionError, EncryptionOptionsError, UnknownEncryptionKeyError } from './data/encryption-errors.js';
export type { EncryptionOptions } from './data/encryption-keys.js';
export { FileSystemStorageDriver, type FileSystemStorageDriverOptions } from './data/file-system-storage-driver.js';
export type { StorageOption } from './data/storage-drivers.js';
export {
  OutputDamagedError,
  OutputGoneError,
  StorageFailedError,
  StorageNotConfiguredError,
} from './data/stored-output-errors.js';
export { compile } from './define/compile.js';
export { DefinitionError, type DefinitionProblem } from './define/definition-error.js';
export type { FinishedRun } from './define/finish-options.js';
export type { TaskHandle } from './define/handle.js';
export { type OptionalNeed, optional, type SettledNeed, settled } from './define/need.js';
export { NonRetryableError } from './define/non-retryable-error.js';
export { InvalidSecretError, SecretNotFoundError } from './define/secret-error.js';
export type { SecretProvider, SecretRequest } from './define/secret-provider.js';
export type { ItemContext, TaskContext, TaskLogger } from './define/task-context.js';
export { workflow } from './define/workflow.js';
export type { InputOf, NameOf, OutputOf, WireOutputOf, WorkflowDefinition } from './define/workflow-definition.js';
