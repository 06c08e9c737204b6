import { z } from 'zod';
import { workflow } from '../../src/index.js';
import { logEntry } from './entry-log.js';

/** A build that is cached, whose handler leaves a line in the log for each call. */
export const cachedBuild = workflow(
  'cached-build',
  { input: z.object({ log: z.string(), ref: z.string() }) },
  ({ task }) => {
    const build = task('build', {
      // So that a worker that was killed is noticed soon.
      heartbeatTimeout: '2s',
      cache: { ttl: '1h', version: 1, key: (_, { input }) => input.ref },
      run: (_, { input, idempotencyKey: key, workflowId, task, attempt }) => {
        logEntry(input.log, { key, workflowId, task, attempt, worker: String(process.pid) });
        return `${input.ref} by ${process.pid}`;
      },
    });
    return { build };
  },
);
