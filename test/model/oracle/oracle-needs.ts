import { isSettled } from '../../../src/core/task-state.js';
import type { NeedMode } from '../../../src/core/trigger-rule.js';
import { countedAs, decide, isFailureFor, type NeedEnd } from '../truth-table.js';
import { nodeAt, type OracleRun, settle } from './oracle-run.js';
import type { OracleNode } from './oracle-unit.js';

/** Decides every node whose needs have said enough. A node comes after its needs, so one pass reaches all. */
export function settleByRules(run: OracleRun): boolean {
  let isChanged = false;
  for (const node of run.work) {
    if (node.state !== 'pending' || node.mayRun) continue;
    const { trigger = 'all_success' } = node.planned;
    const decision = decide(trigger, endsOf(run, node));
    if (decision === 'wait') continue;
    isChanged = true;
    if (decision === 'run') node.mayRun = true;
    else if (decision === 'fail') failBecauseOf(run, node, trigger);
    else skipBecauseOf(run, node, trigger);
  }
  return isChanged;
}

type Rule = Parameters<typeof decide>[0];

function failBecauseOf(run: OracleRun, node: OracleNode, trigger: Rule): void {
  const from = blamed(run, node, (end) => isFailureFor(trigger, end));
  if (from === undefined) throw new Error('a node fails because of a need');
  node.isFailureAllowed = nodeAt(run, from).isFailureAllowed;
  settle(run, node, 'upstream_failed', { kind: 'upstream', root: rootOf(run, from), from });
}

function skipBecauseOf(run: OracleRun, node: OracleNode, rule: Rule): void {
  const from = blamed(run, node, (end) => end === 'skipped');
  if (from === undefined) settle(run, node, 'skipped', { kind: 'trigger', rule });
  else settle(run, node, 'skipped', { kind: 'upstreamSkipped', root: rootOf(run, from), from });
}

/** What each of its needs counts as, for those that have ended. */
function endsOf(run: OracleRun, node: OracleNode): (NeedEnd | undefined)[] {
  return node.planned.needs.map((need, position) => {
    const end = endOf(nodeAt(run, need));
    return end && countedAs(end, modeOf(node, position));
  });
}

function endOf({ state, isFailureAllowed }: OracleNode): NeedEnd | undefined {
  if (!isSettled(state)) return undefined;
  if (state === 'succeeded' || state === 'skipped') return state;
  return isFailureAllowed ? 'allowedFailure' : 'failed';
}

/** Under a rule for the whole node each need is plain. */
export function modeOf({ planned: { trigger, modes } }: OracleNode, position: number): NeedMode {
  if (trigger !== undefined) return 'plain';
  return ({ p: 'plain', o: 'optional', s: 'settled' } as const)[modes?.[position] ?? 'p'] ?? 'plain';
}

/** Of the needs that count as wanted, the one that settled first. */
function blamed(run: OracleRun, node: OracleNode, isWanted: (end: NeedEnd | undefined) => boolean): number | undefined {
  const ends = endsOf(run, node);
  const wanted = node.planned.needs.filter((_, position) => isWanted(ends[position]));
  const first = Math.min(...wanted.map((need) => nodeAt(run, need).settledIn ?? 0));
  const candidates = wanted.filter((need) => nodeAt(run, need).settledIn === first);
  const chosen = run.choices.blamed(node.index);
  return chosen !== undefined && candidates.includes(chosen) ? chosen : candidates[0];
}

/** Where the chain of causes ends that goes through the node. */
function rootOf(run: OracleRun, index: number): number {
  const { cause } = nodeAt(run, index);
  return cause?.kind === 'upstream' || cause?.kind === 'upstreamSkipped' ? cause.root : index;
}
