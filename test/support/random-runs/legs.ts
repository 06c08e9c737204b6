import { z } from 'zod';
import { type TaskContext, type WorkflowDefinition, workflow } from '../../../src/index.js';
import { doDeed } from './deed.js';
import type { Fate } from './random-run.js';

/** The child workflows of random runs, shared by all definitions of a worker, which finds them by their names. */
export interface Legs {
  /** Takes what its task does from its input. */
  readonly withInput: WorkflowDefinition;
  readonly withoutInput: WorkflowDefinition;
}

export function defineLegs({
  log,
  heartbeatTimeout,
}: {
  readonly log: string;
  readonly heartbeatTimeout: number;
}): Legs {
  const settings = { heartbeatTimeout, retry: { maximumAttempts: 2, initialInterval: 10 } };
  const withInput = workflow('leg', { input: z.object({ fate: z.string(), nap: z.number() }) }, ({ task, sleep }) => {
    const one = task('one', {
      ...settings,
      run: async (needs, context) => {
        const { fate, nap } = context.input;
        await doDeed({ log, name: 'run', fate: fate as Fate, duration: nap }, needs, context); // of `Fate`s alone
        return fate;
      },
      compensate: (made, context) => doDeed({ log, name: 'compensate', fate: 'succeeds', duration: 0 }, made, context),
    });
    sleep('nap', 30, { needs: { one } });
    return { one };
  });
  const withoutInput = workflow('short-leg', {}, ({ task }) => ({
    one: task('one', {
      ...settings,
      run: async (needs, context: TaskContext) => {
        await doDeed({ log, name: 'run', fate: 'succeeds', duration: 0 }, needs, context);
        return 1;
      },
    }),
  }));
  return { withInput, withoutInput };
}
