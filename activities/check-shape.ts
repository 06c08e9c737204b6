import type { TaskShape } from '../src/core/plan.js';
import { UnservedTaskError } from './task-error.js';

/**
 * Refuses to run a task of a plan that was compiled from another shape of it: its handler would get other needs, or
 * values of another schema, than its types promise.
 *
 * @throws {@link UnservedTaskError} naming both shapes
 */
export function checkShape(task: string, planned: TaskShape, served: TaskShape): void {
  if (isSameShape(planned, served)) return;
  throw new UnservedTaskError(
    `the run's plan has ${describeShape(planned)}, this worker's definition has ${describeShape(served)}`,
    {
      place: task,
      hint: 'the run goes on when a worker with the definition that it was started with polls this task queue',
    },
  );
}

/** Of needs only which names stand for which ids, in whatever order. */
function isSameShape(a: TaskShape, b: TaskShape): boolean {
  const names = Object.keys(a.needs);
  return (
    a.kind === b.kind &&
    a.input === b.input &&
    a.output === b.output &&
    a.child === b.child &&
    names.length === Object.keys(b.needs).length &&
    names.every((name) => a.needs[name] === b.needs[name])
  );
}

function describeShape({ kind, needs, input, output, child }: TaskShape): string {
  const names = Object.entries(needs)
    .map(([name, id]) => (name === id.replace(/[?!]$/, '') ? id : `${name}: ${id}`))
    .sort();
  const rest = [
    child && `child workflow ${child}`,
    input && `input schema ${input}`,
    output && `output schema ${output}`,
  ].filter(Boolean);
  const article = kind === 'approval' || kind === 'event' ? 'an' : 'a';
  return [`${article} ${kind} that needs {${names.join(', ')}}`, ...rest].join(', ');
}
