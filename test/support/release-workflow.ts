import { z } from 'zod';
import { workflow } from '../../src/index.js';
import { isoDate } from './iso-date.js';

/** A new definition each time, with one of everything that a plan can hold. */
export function releaseWorkflow() {
  return workflow(
    'release',
    {
      title: 'Release',
      scheduling: 'waves',
      onFailure: 'stop',
      input: z.object({
        dir: z.string(),
        ref: z.string().default('main'),
        at: isoDate.default(() => new Date()),
      }),
    },
    ({ task }) => {
      const build = task('build', {
        title: 'Build the image',
        run: async (_, { input }) => ({ image: `${input.dir}@${input.ref}` }),
      });
      const unit = task('unit', {
        needs: { build },
        startToCloseTimeout: '10m',
        retry: { maximumAttempts: 3 },
        run: ({ build }) => build.image.length,
      });
      const deploy = task('deploy', {
        needs: { image: build, unit },
        output: z.object({ at: isoDate, image: z.string() }),
        run: ({ image }) => ({ at: new Date(0), image: image.image }),
      });
      return { deploy, unit };
    },
  );
}
