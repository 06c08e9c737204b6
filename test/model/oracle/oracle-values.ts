import type { Json } from '../../../src/core/json.js';
import { needName } from '../../../src/core/plan.js';
import { isSettled } from '../../../src/core/task-state.js';
import { outcomeOfWork } from './oracle-endings.js';
import { modeOf } from './oracle-needs.js';
import { nodeAt, type OracleRun } from './oracle-run.js';
import type { OracleNode } from './oracle-unit.js';

/** A failure that the scheduler words itself: any text will do. */
export const ANY_ERROR = 'any error';

/** What a node's functions are given, by the names of its needs: outputs, or results. What has no output, or no output now, gives none. */
export function needsOf(run: OracleRun, node: OracleNode): Record<string, Json> {
  const { planned } = node;
  if (planned.kind === 'finish') return finishNeeds(run);
  const { trigger = 'all_success', needs } = planned;
  return named(
    needs.map((index, position) => {
      const need = nodeAt(run, index);
      const asResult = trigger === 'all_success' ? modeOf(node, position) === 'settled' : trigger !== 'none_failed';
      return [needName(run.plan, planned, position), asResult ? resultOf(need) : need.output];
    }),
  );
}

/** How the run ended and how each node did. */
function finishNeeds(run: OracleRun): Record<string, Json> {
  const tasks = named(run.work.map((node) => [node.planned.id, resultOf(node)]));
  return { outcome: outcomeOfWork(run, { withUndos: true }), tasks };
}

/** Its end, as far as it is known now. */
function resultOf({ state, output, cause }: OracleNode): Json {
  if (!isSettled(state)) return { status: 'pending' };
  if (state !== 'failed') return { status: state, ...(output !== undefined && { output }) };
  const error = cause?.kind === 'error' ? cause.error : undefined;
  if (error === undefined) return { status: state, error: ANY_ERROR };
  const { stack: _, ...told } = error; // which stays in the history of what failed
  return { status: state, error: told };
}

/** The run's result. */
export function outputsOf(run: OracleRun): Record<string, Json> {
  return named(Object.entries(run.plan.outputs).map(([name, index]) => [name, nodeAt(run, index).output]));
}

function named(entries: readonly (readonly [string, Json | undefined])[]): Record<string, Json> {
  const record: Record<string, Json> = {};
  for (const [name, value] of entries) if (value !== undefined) record[name] = value;
  return record;
}
