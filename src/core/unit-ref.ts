/**
 * Names a unit of work, one that has a life of its own: a task of the plan, a part of a map (an item; or where the map is split over child
 * workflows, a shard of items), or the undoing of a task (a compensation, a resource's `destroy`).
 */
export interface UnitRef {
  /** Index in the plan. */
  readonly task: number;
  readonly part?: number;
  readonly undo?: true;
}

/** A unit's dispatch, counted from 1: reports on an older one are ignored. */
export interface DispatchRef extends UnitRef {
  readonly dispatch: number;
}

/** Of a command or report, only the names of the dispatch. */
export function dispatchOf({ task, part, undo, dispatch }: DispatchRef): DispatchRef {
  return { task, ...(part !== undefined && { part }), ...(undo && { undo }), dispatch };
}

export function unitKey({ task, part, undo }: UnitRef): string {
  return `${task}.${part ?? ''}${undo ? '~' : ''}`;
}

export function dispatchKey(ref: DispatchRef): string {
  return `${unitKey(ref)}#${ref.dispatch}`;
}
