/** Why a task failed, as plain data: what of an error survives JSON. */
export interface TaskError {
  readonly message: string;
  /** The error's type: its class name, or Temporal's failure type. */
  readonly type: string;
  /** The handler's stack, where there was one. */
  readonly stack?: string;
}

/**
 * Why a task did not succeed. The chain of reasons is a linked list: `from` is the need through which the failure
 * came, whose own cause is the next link, down to `root`. (Whole chains would make a line of n tasks cost n².)
 */
export type Cause =
  | { readonly kind: 'error'; readonly error: TaskError }
  | { readonly kind: 'unserved'; readonly reason: string }
  | { readonly kind: 'upstream'; readonly root: number; readonly from: number }
  /** Its own `when` said no. */
  | { readonly kind: 'condition' }
  /** A task that it needs was skipped. */
  | { readonly kind: 'upstreamSkipped'; readonly root: number; readonly from: number }
  /** Its trigger rule can't be fulfilled any more, though nothing failed. */
  | { readonly kind: 'trigger'; readonly rule: string }
  | { readonly kind: 'stopped'; readonly root: number }
  | { readonly kind: 'runCancelled' }
  /** Of a map's item: the map has ended without it. */
  | { readonly kind: 'mapSettled' }
  /** A wait with `onTimeout: 'skip'` timed out. */
  | { readonly kind: 'timeout' }
  | {
      readonly kind: 'operator';
      readonly verb: 'skip' | 'cancel';
      readonly actor: string;
      readonly reason?: string;
    };
