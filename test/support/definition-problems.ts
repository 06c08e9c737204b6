import { compile, DefinitionError, type DefinitionProblem, type WorkflowDefinition } from '../../src/index.js';

/** What is wrong with a definition. */
export function problemsOf(definition: WorkflowDefinition): readonly DefinitionProblem[] {
  try {
    compile(definition);
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems;
    throw error;
  }
  throw new Error('it was compiled');
}
