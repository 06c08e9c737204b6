export { default } from './pawl-workflow.js';

/**
 * What the shipped bundles hold: Pawl's workflow, whose errors have no stacks. The SDK takes the stack of every promise in the sandbox, for the query
 * `__stack_trace`; that was more than half of the processor time of the workflow's thread, and showed nothing but Pawl's own code. Stacks of tasks
 * are made by activities, and kept. Bundles that are made at start have another entry, since this holds for the whole sandbox, and a user's workflows may be in it.
 *
 * The build preloads this module: once a run has begun, the SDK has frozen `Error`.
 */
Error.stackTraceLimit = 0;
