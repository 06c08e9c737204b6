export type { InProcessRun, InProcessTask } from './in-process-run.js';
export { type Mock, type RunInProcessOptions, runInProcess } from './run-in-process.js';
export { UnknownTaskError } from './unknown-task-error.js';
