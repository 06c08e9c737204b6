import { z } from 'zod';
import { workflow } from '../../src/index.js';
import { MemoryStorage } from '../support/memory-storage.js';
import { type RecordedRun, runToItsEnd } from './stage.js';

const MARKER = 'EVENT_TYPE_MARKER_RECORDED';
const COMPLETED = 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED';

const stored = { storage: new MemoryStorage() };

const read = workflow('read', { input: z.object({ text: z.string() }) }, ({ task }) => {
  const make = task('make', { run: (_, { input }) => input.text });
  return { size: task('size', { needs: { make }, run: ({ make }, { input }) => make.length + input.text.length }) };
});

/** Each item travels itself; all of them are too much for who needs them. */
const joined = workflow('joined', {}, ({ task, map }) => {
  const pages = map('pages', { over: () => Array.from({ length: 10 }, (_, n) => n), run: () => 'x'.repeat(7_000) });
  const sizes = [1, 2].map((n) => task(`size${n}`, { needs: { pages }, run: ({ pages }) => pages.join('').length }));
  return Object.fromEntries(sizes.map((size) => [size.id, size]));
});

/** The items of the second part make more than its report may hold. */
const split = workflow('split-stored', {}, ({ task, map }) => {
  const pages = map('pages', {
    over: () => Array.from({ length: 1_010 }, (_, n) => n),
    run: (n) => 'x'.repeat(n < 1_000 ? 1 : 7_000),
  });
  return { size: task('size', { needs: { pages }, run: ({ pages }) => pages.join('').length }) };
});

/** Runs of which something is stored. */
export const storedRuns: readonly RecordedRun[] = [
  {
    name: 'stored-input',
    contains: [MARKER, 'EVENT_TYPE_ACTIVITY_TASK_COMPLETED', COMPLETED],
    record: (stage) => {
      const execute = () => stage.engine.execute(read, { text: 'x'.repeat(20_000) }, stage.options);
      return stage.withWorker([read], execute, stored);
    },
  },
  {
    name: 'stored-needs',
    contains: [MARKER, 'EVENT_TYPE_ACTIVITY_TASK_COMPLETED', COMPLETED],
    record: (stage) => runToItsEnd(stage, joined, stored),
  },
  {
    name: 'stored-report',
    contains: ['EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED', COMPLETED],
    others: [{ name: 'stored-report-second-part', child: 'pages[1000..1009]', contains: [MARKER, COMPLETED] }],
    record: (stage) => runToItsEnd(stage, split, stored),
  },
];
