import { expect, test } from 'vitest';
import { z } from 'zod';
import { mayBeAbsent } from '../../src/define/may-be-absent.js';
import { optional, settled, workflow } from '../../src/index.js';

const run = () => 1;

const release = workflow('release', {}, ({ task, approval, event }) => {
  const build = task('build', { run });
  const scan = task('scan', { needs: { build }, when: () => true, run });
  const lint = task('lint', { allowFailure: true, run });
  const report = task('report', { needs: { scan }, run });
  task('mail', { needs: { report }, run });
  task('deploy', { needs: { build, scan: optional(scan) }, run });
  task('notify', { needs: { lint: settled(lint) }, run });
  task('clean-up', { needs: { build }, trigger: 'one_failed', run });
  task('collect', { needs: { scan, lint }, trigger: 'none_failed', run });
  task('at-last', { needs: { scan, lint }, trigger: 'all_done', run });
  approval('go-live', { timeout: '1h', onTimeout: 'skip' });
  event('window', { schema: z.string(), timeout: '1h', onTimeout: { value: 'now' } });
});

test.each([
  ['build', false, 'a plain task'],
  ['scan', true, 'its condition may say no'],
  ['lint', true, 'its failure is allowed'],
  ['report', true, 'it needs what may be absent'],
  ['mail', true, 'it needs that through another'],
  ['deploy', false, 'it takes what may be absent as nothing'],
  ['notify', false, 'it takes any end'],
  ['clean-up', true, 'its rule asks for a failure'],
  ['collect', false, 'its rule takes a skip and an allowed failure as nothing'],
  ['at-last', false, 'its rule takes any end'],
  ['go-live', true, 'it may time out, and is skipped then'],
  ['window', false, 'it has a value when it times out'],
] as const)('%s: %s, since %s', (id, expected, _why) => {
  expect(mayBeAbsent(release, id)).toBe(expected);
});
