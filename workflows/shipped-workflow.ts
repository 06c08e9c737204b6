export { default } from './pawl-workflow.js';

/**
 * What the shipped bundles hold: Pawl's workflow, whose errors have no stacks. The SDK takes the stack of every promise in the sandbox, for the query
 * `__stack_trace`; that was more than half of the processor time of the workflow's thread, and showed nothing but Pawl's own code. Stacks of tasks
 * are made by activities, and kept. Bundles that are made at start have another entry, since this holds for the whole sandbox, and a user's workflows may be in it.
 *
 * The build preloads this module: once a run has begun, the SDK has frozen `Error` and `Promise`.
 */
Error.stackTraceLimit = 0;

/**
 * The SDK's promise hook compiles a function to get at the sandbox's globals, by `promise.constructor.constructor`, three times for each promise and always of
 * one of two texts. Here it gets the function that it had compiled before.
 */
Object.defineProperty(Promise, 'constructor', { value: compileOnce });

const compiled = new Map<string, unknown>();

function compileOnce(text: string): unknown {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const made = Function(text);
  compiled.set(text, made);
  return made;
}
