import type { NodeKind, Plan } from '../src/core/plan.js';
import type { InProcessDriver } from './in-process-driver.js';
import { encodeGiven, giveOrder } from './in-process-orders.js';
import { plannedNode, withoutItems } from './planned-node.js';
import { unknownTask } from './unknown-task.js';

export type ApprovalAnswer =
  | 'approve'
  | 'reject'
  | { readonly decision?: 'approve' | 'reject'; readonly actor?: string; readonly reason?: string };

/** What is decided and sent as soon as a node waits for it. By ids; in a child workflow `trip/go-live`. */
export class StandingAnswers {
  readonly #approvals: Readonly<Record<string, ApprovalAnswer>>;
  readonly #events: Readonly<Record<string, unknown>>;

  /** @throws {@link UnknownTaskError} for ids that are no approvals, or no events */
  constructor(
    plan: Plan,
    approvals: Readonly<Record<string, ApprovalAnswer>> = {},
    events: Readonly<Record<string, unknown>> = {},
  ) {
    for (const id of Object.keys(approvals)) requireKind(plan, id, 'approval');
    for (const id of Object.keys(events)) requireKind(plan, id, 'event');
    this.#approvals = approvals;
    this.#events = events;
  }

  /** What gives the answer that the node is to have, if it is to have one. */
  for(run: InProcessDriver, id: string): (() => Promise<void>) | undefined {
    const path = withoutItems(run.path) + id;
    const approval = this.#approvals[run.path + id] ?? this.#approvals[path];
    if (approval !== undefined) return async () => decide(run, id, approval);
    const key = run.path + id in this.#events ? run.path + id : path;
    return key in this.#events ? () => send(run, id, this.#events[key]) : undefined;
  }
}

function decide(run: InProcessDriver, task: string, answer: ApprovalAnswer): void {
  const { decision = 'approve', ...by } = typeof answer === 'string' ? { decision: answer } : answer;
  if (isWaiting(run, task)) giveOrder(run, { verb: decision, task }, by);
}

async function send(run: InProcessDriver, task: string, value: unknown): Promise<void> {
  const wire = await encodeGiven(run, task, value, 'value');
  if (isWaiting(run, task)) giveOrder(run, { verb: 'send', task, value: wire ?? null });
}

/** It may have been answered, or its run stopped, in the meantime. */
function isWaiting({ scheduler }: InProcessDriver, id: string): boolean {
  return scheduler.tasks[scheduler.indexOf(id) ?? -1]?.isWaiting ?? false;
}

function requireKind(plan: Plan, path: string, kind: NodeKind): void {
  const found = plannedNode(plan, path).kind;
  if (found !== kind) throw unknownTask(path, plan.workflow, `it is a ${found}, and not of the kind ${kind}`);
}
