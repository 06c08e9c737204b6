import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workflow } from 'pawl';
import { z } from 'zod';
import { checkOut } from './tasks/checkout.js';
import { deployTarball } from './tasks/deploy.js';
import { installDependencies } from './tasks/install.js';
import { packTarball } from './tasks/pack.js';
import { runScript } from './tasks/run-script.js';
import { smokeTest } from './tasks/smoke.js';

const releaseInput = z.object({
  /** The folder of an npm package. Nothing is written into it: the release works on a copy. */
  dir: z.string().min(1),
  /** Where the worker keeps copies, logs, and the site. Tasks share files, so all of a run's workers are on one machine. */
  root: z.string().default(() => join(tmpdir(), 'pawl-release')),
  /** Where the site is served; without it the smoke test serves it by itself. */
  url: z.url().optional(),
});

export type ReleaseInput = z.output<typeof releaseInput>;

/**
 * A worker that dies is noticed after 5 s instead of 20: the commands run in processes of their own, so nothing here keeps
 * the event loop from sending heartbeats.
 */
const command = { heartbeatTimeout: '5s', startToCloseTimeout: '5m' } as const;

/** Builds an npm package from a copy of its folder, checks it, packs it, and puts the tarball's content live. */
export const release = workflow('release', { title: 'Release an npm package', input: releaseInput }, ({ task }) => {
  const checkout = task('checkout', { ...command, title: 'Copy the package', run: (_, ctx) => checkOut(ctx) });
  const install = task('install', {
    ...command,
    title: 'Install dependencies',
    needs: { checkout },
    run: (_, ctx) => installDependencies(ctx),
  });

  const typecheck = task('typecheck', {
    ...command,
    title: 'Check types',
    needs: { install },
    run: (_, ctx) => runScript(['typecheck', 'type-check', 'check-types'], ctx),
  });
  const lint = task('lint', {
    ...command,
    title: 'Lint',
    needs: { install },
    run: (_, ctx) => runScript(['lint'], ctx),
  });
  const unit = task('unit', {
    ...command,
    title: 'Run unit tests',
    needs: { install },
    run: (_, ctx) => runScript(['test', 'test:unit'], ctx),
  });

  const build = task('build', {
    ...command,
    title: 'Build',
    needs: { typecheck, lint, unit },
    run: (_, ctx) => runScript(['build'], ctx),
  });
  const pack = task('pack', { ...command, title: 'Pack', needs: { build }, run: (_, ctx) => packTarball(ctx) });
  const deploy = task('deploy', {
    ...command,
    title: 'Deploy',
    needs: { pack },
    run: ({ pack }, ctx) => deployTarball(pack, ctx),
  });
  const smoke = task('smoke', {
    ...command,
    title: 'Smoke test over HTTP',
    needs: { deploy },
    retry: { initialInterval: '500ms', maximumAttempts: 5 },
    run: ({ deploy }, ctx) => smokeTest(deploy, ctx),
  });
  return { typecheck, lint, unit, build, pack, deploy, smoke };
});
