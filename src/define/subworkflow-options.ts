import type { TriggerRule } from '../core/trigger-rule.js';
import type { Needs, NeedValues } from './need.js';
import type { Condition, Conditions, NodeSettings, Versioned } from './node-options.js';
import type { TaskContext } from './task-context.js';
import type { InputOf, WorkflowDefinition } from './workflow-definition.js';

/** All options of a node that runs another workflow. The activity settings are those of `when` and `with`. */
export type SubworkflowOptions<
  N extends Needs,
  Input,
  W extends WorkflowDefinition,
  T extends TriggerRule,
  Answer,
  A extends boolean,
> = NodeSettings<N> &
  Versioned &
  Conditions<N, T, Condition<N, Input, T, Answer>, A> &
  (undefined extends InputOf<W>
    ? {
        /** Makes the child's input, on a worker. @default none: the child starts without input */
        readonly with?: ChildInput<N, Input, W, T>;
      }
    : {
        /** Makes the child's input, on a worker. */
        readonly with: ChildInput<N, Input, W, T>;
      });

/** A condition, so that literals in what it returns are checked before they widen to `string`. */
type ChildInput<N extends Needs, Input, W, T extends TriggerRule> = W extends WorkflowDefinition
  ? NoInfer<(needs: NeedValues<N, T>, context: TaskContext<Input>) => InputOf<W> | Promise<InputOf<W>>>
  : never;

/** A child that can start without input. */
export type ChildWithoutInput<W extends WorkflowDefinition> = undefined extends InputOf<W> ? W : NeedsInput;

/** Stands in the compiler's message. */
interface NeedsInput {
  readonly '~needsInput': 'the child takes an input: make it with `with`';
}
