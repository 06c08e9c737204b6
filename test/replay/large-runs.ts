import { z } from 'zod';
import { type TaskHandle, workflow } from '../../src/index.js';
import { ended, type RecordedRun, runToItsEnd } from './stage.js';

/** Twenty tasks take the input, together more than the commands of one workflow task may hold. */
const wide = workflow('wide', { input: z.object({ text: z.string() }) }, ({ task }) => {
  for (let index = 1; index <= 20; index++) task(`reader${index}`, { run: (_, { input }) => input.text.length });
});

const INPUT = { text: 'x'.repeat(100 * 1024) };

/** One output under so many names that together they are more than a payload may be, while the history stays small. */
function copiesOf(text: TaskHandle<string>): Record<string, TaskHandle<string>> {
  return Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`copy${index}`, text]));
}

const TEXT = 'x'.repeat(10 * 1024);

const tooMuchNeeded = workflow('too-much-needed', {}, ({ task }) => {
  const text = task('text', { run: () => TEXT });
  const reader = task('reader', { needs: copiesOf(text), run: () => 'read' });
  const afterReader = task('after-reader', { needs: { reader }, run: ({ reader }) => reader });
  const size = task('size', { needs: { text }, run: ({ text }) => text.length });
  return { afterReader, size };
});

const tooMuchReturned = workflow('too-much-returned', {}, ({ task }) => copiesOf(task('text', { run: () => TEXT })));

export const largeRuns: readonly RecordedRun[] = [
  {
    name: 'split-dispatch',
    contains: ['EVENT_TYPE_TIMER_FIRED', 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED'],
    record: (stage) => stage.withWorker([wide], () => stage.engine.execute(wide, INPUT, stage.options)),
  },
  {
    name: 'split-dispatch-cancelled',
    contains: ['EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED'],
    record: async (stage) => {
      const run = await stage.engine.start(wide, INPUT, stage.options);
      await run.cancel(); // so that the first workflow task has both: it dispatches, and cancels what it could not dispatch yet
      await stage.withWorker([wide], () => ended(run));
    },
  },
  {
    name: 'too-much-needed',
    contains: ['EVENT_TYPE_WORKFLOW_EXECUTION_FAILED'],
    record: (stage) => runToItsEnd(stage, tooMuchNeeded),
  },
  {
    name: 'too-much-returned',
    contains: ['EVENT_TYPE_WORKFLOW_EXECUTION_FAILED'],
    record: (stage) => runToItsEnd(stage, tooMuchReturned),
  },
];
