export { default } from './pawl-workflow.js';

/**
 * What the shipped bundles hold: Pawl's workflow, whose errors have no stacks. The SDK takes the stack of every promise in the sandbox, for the query
 * `__stack_trace`; that was more than half of the processor time of the workflow's thread, and showed nothing but Pawl's own code. Stacks of tasks
 * are made by activities, and kept. A bundle that holds a user's workflows has another entry, since this holds for the whole sandbox.
 */
Error.stackTraceLimit = 0;
