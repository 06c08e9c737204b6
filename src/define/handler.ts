import type { TriggerRule } from '../core/trigger-rule.js';
import type { Needs, NeedValues } from './need.js';
import type { TaskContext } from './task-context.js';

/** The function that does the task's work, on a worker. */
export type Handler<N extends Needs, Input, T extends TriggerRule, Out> = (
  needs: NeedValues<N, T>,
  context: TaskContext<Input>,
) => Out;

/** The handler itself, or its module, which is imported on a worker at the task's first use; its condition may stand beside it. */
export type Implementation<H, C> =
  | { readonly run: H; readonly load?: undefined }
  | { readonly load: () => Promise<{ readonly run: H; readonly when?: C }>; readonly run?: undefined };

/** Undoes what a task or resource made: with that, and with what it had been made of. */
export type Undo<N extends Needs, Input, T extends TriggerRule, Out> = (
  made: { readonly output: Out; readonly needs: NeedValues<N, T> },
  context: TaskContext<Input>,
) => unknown;
