import { CancellationScope } from '@temporalio/workflow';

/**
 * The scope of one dispatch, by which it is cancelled. It has no timeout, so that its `run` need not wait for what runs in it: that saves one of the promises
 * of each dispatch, for which the SDK's hook is called. What runs in it still settles one step later, as in any scope: the order in
 * which a run hears of things that happen at once must not depend on which of them was in which scope.
 */
export class DispatchScope extends CancellationScope {
  protected override runInContext<T>(run: () => Promise<T>): Promise<T> {
    return run().then((result) => result);
  }
}
