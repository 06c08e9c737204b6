import type { RunItem, TaskSnapshot } from '../../../src/index.js';
import { OutputSkippedError, RunCancelledError, RunFailedError } from '../../../src/index.js';
import { matches } from '../../model/matching.js';
import type { OracleNode, OracleUnit } from '../../model/oracle/oracle-unit.js';
import type { ReplayedRun } from '../replay-into-oracle.js';
import type { RecordedRun } from './finished-run.js';

/** Where what is recorded of a run is not what the oracle says of it; in words, one a line. */
export function differencesFromOracle(recorded: RecordedRun, { oracle, plan }: ReplayedRun): string[] {
  const { snapshot, items } = recorded;
  const found: string[] = [];
  const check = (what: string, actual: unknown, expected: unknown) => {
    if (!matches(actual, expected)) found.push(`${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
  };
  const idOf = (index: number) => plan.tasks[index]?.id;
  check('outcome', snapshot.status, oracle.outcome());
  check('number of nodes', snapshot.tasks.length, oracle.nodes.length);
  snapshot.tasks.forEach((task, index) => {
    const node = oracle.node(index);
    check(task.id, readable(task), { ...expectedUnit(node, idOf), compensation: expectedCompensation(node) });
    const expectedItems = node.parts?.map((part) => expectedUnit(part, idOf));
    check(`items of ${task.id}`, items.get(task.id)?.map(readableItem), expectedItems);
  });
  const audit = snapshot.audit.map(({ verb, task, actor, updateId, refused }) => [
    verb,
    task,
    actor,
    updateId,
    refused,
  ]);
  const expected = oracle.run.audit.map(({ verb, task, actor, id, refused }) => [verb, task, actor, id, refused]);
  check('audit', audit, expected);
  return found;
}

/** Where a run's result is not what the oracle says. */
export function differencesOfResult(result: unknown, { oracle }: ReplayedRun): string[] {
  const outcome = oracle.outcome();
  switch (outcome) {
    case 'completed':
      return matches(result, oracle.outputs()) || result instanceof OutputSkippedError
        ? []
        : [`result is ${JSON.stringify(result)}, not ${JSON.stringify(oracle.outputs())}`];
    case 'cancelled':
      return result instanceof RunCancelledError ? [] : [`result is ${result}, not a cancellation`];
    default:
      return result instanceof RunFailedError ? [] : [`result is ${result}, not a failure`];
  }
}

function readable({ state, attempts, cause, compensation }: TaskSnapshot) {
  return { state, attempts: countable(state, attempts), cause: readableCause(cause), compensation };
}

function readableItem({ state, attempts, cause }: RunItem) {
  return { state, attempts: countable(state, attempts), cause: readableCause(cause) };
}

/** Temporal does not tell a workflow of the attempts of what was cancelled between two of them. */
function countable(state: TaskSnapshot['state'], attempts: number): number | undefined {
  return state === 'cancelled' ? undefined : attempts;
}

function readableCause(cause: TaskSnapshot['cause']) {
  return cause && { kind: cause.kind, from: cause.from };
}

function expectedUnit({ state, attempts, cause }: OracleUnit, idOf: (index: number) => string | undefined) {
  const from = cause !== undefined && 'from' in cause ? idOf(cause.from) : undefined;
  return { state, attempts: countable(state, attempts), cause: cause && { kind: cause.kind, from } };
}

function expectedCompensation({ planned, undo }: OracleNode): TaskSnapshot['compensation'] {
  if (undo === undefined) return undefined;
  if (undo.state === 'succeeded') return planned.kind === 'resource' ? 'destroyed' : 'compensated';
  return undo.state === 'failed' ? 'failed' : 'running';
}
