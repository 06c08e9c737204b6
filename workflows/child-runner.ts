import {
  CancellationScope,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
  TemporalFailure,
  type Workflow,
  workflowInfo,
} from '@temporalio/workflow';
import type { ChildArguments } from '../src/core/child-arguments.js';
import { childAttempts, childError, childOutput } from '../src/core/child-end.js';
import { type ChildStart, childId, explainBusyChild } from '../src/core/child-start.js';
import type { Json } from '../src/core/json.js';
import { taskAt } from '../src/core/plan.js';
import type { Scheduler } from '../src/core/scheduler.js';
import { type DispatchRef, dispatchKey, dispatchOf } from '../src/core/unit-ref.js';
import type { RunEnd } from './run-end.js';

/** Runs subworkflows, and the shards of large maps, as Temporal's child workflows. */
export class ChildRunner {
  readonly #scheduler: Scheduler;
  readonly #end: RunEnd;
  readonly #scopes = new Map<string, CancellationScope>();
  readonly #handles = new Map<string, Promise<ChildWorkflowHandle<Workflow>>>();

  constructor(scheduler: Scheduler, end: RunEnd) {
    this.#scheduler = scheduler;
    this.#end = end;
  }

  start(command: DispatchRef, { workflowType, id, shard }: ChildStart, args: ChildArguments): void {
    const { title } = taskAt(this.#scheduler.plan, command.task);
    const scope = new CancellationScope();
    const key = dispatchKey(command);
    this.#scopes.set(key, scope);
    void scope
      .run(async () => {
        const started = startChild(workflowType, {
          workflowId: `${workflowInfo().workflowId}/${childId(this.#scheduler, command)}`,
          args: [...args],
          staticSummary: title ?? id,
          // One that was given up for a new dispatch, or whose parent was terminated, undoes what it has done.
          parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        });
        this.#handles.set(key, started);
        return (await started).result();
      })
      .then(
        (output: unknown) => {
          this.#forget(key);
          this.#end.report({
            kind: 'taskSucceeded',
            ...dispatchOf(command),
            output: childOutput(output as Json | undefined, shard !== undefined), // Pawl's workflows return JSON
            attempts: childAttempts(this.#scheduler.unit(command)),
          });
        },
        (error: unknown) => {
          this.#forget(key);
          this.#reportFailure(command, error);
        },
      );
  }

  cancel(dispatch: DispatchRef): void {
    this.#scopes.get(dispatchKey(dispatch))?.cancel();
  }

  /** What is not there any more need not be told. */
  tell(dispatch: DispatchRef, signal: string, argument: Json): void {
    const started = this.#handles.get(dispatchKey(dispatch));
    void started
      ?.then((child) => child.signal(signal, argument))
      .catch((error: unknown) => {
        if (!(error instanceof TemporalFailure)) this.#end.broken(error);
      });
  }

  #forget(key: string): void {
    this.#scopes.delete(key);
    this.#handles.delete(key);
  }

  #reportFailure(command: DispatchRef, error: unknown): void {
    const attempts = childAttempts(this.#scheduler.unit(command));
    if (isCancellation(error)) {
      this.#end.report({ kind: 'taskCancelled', ...dispatchOf(command), attempts });
      return;
    }
    if (!(error instanceof TemporalFailure)) {
      this.#end.broken(error); // neither how a child workflow ends nor how its start is refused
      return;
    }
    // By name, since `@temporalio/workflow` throws this class and does not export it.
    if (error.name === 'WorkflowExecutionAlreadyStartedError') {
      // Of an earlier run of this workflow id, and ending still; the next dispatch has another id, or finds this one free.
      const reason = explainBusyChild(this.#scheduler, command);
      this.#end.report({
        kind: 'taskUnserved',
        ...dispatchOf(command),
        attempts: this.#scheduler.unit(command).attempts,
        reason,
      });
      return;
    }
    const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
    this.#end.failed(command, error);
    this.#end.report({ kind: 'taskFailed', ...dispatchOf(command), attempts, error: childError(cause) });
  }
}
