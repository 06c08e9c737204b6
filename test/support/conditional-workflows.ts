import { optional, settled, type WorkflowDefinition, workflow } from '../../src/index.js';

const once = { retry: { maximumAttempts: 1 } };

function failing(): never {
  throw new TypeError('no image');
}

/** Small definitions that between them use every mode of a need, every trigger rule, conditions and allowed failures; their ends don't depend on timing. */
export const conditionalWorkflows: readonly WorkflowDefinition[] = [
  workflow('skipped-chain', {}, ({ task }) => {
    const scan = task('scan', { when: () => false, run: () => 'report' });
    const report = task('report', { needs: { scan }, run: () => 1 });
    return { mail: task('mail', { needs: { report }, run: () => 1 }) };
  }),
  workflow('optional-skip', {}, ({ task }) => {
    const scan = task('scan', { when: () => false, run: () => 'report' });
    return { deploy: task('deploy', { needs: { scan: optional(scan) }, run: ({ scan }) => scan ?? 'none' }) };
  }),
  workflow('optional-allowed-failure', {}, ({ task }) => {
    const lint = task('lint', { ...once, allowFailure: true, run: failing });
    const report = task('report', { needs: { lint }, run: () => 'report' });
    return {
      deploy: task('deploy', { needs: { report: optional(report) }, run: ({ report }) => report ?? 'none' }),
    };
  }),
  workflow('optional-failure', {}, ({ task }) => {
    const lint = task('lint', { ...once, run: failing });
    return { deploy: task('deploy', { needs: { lint: optional(lint) }, run: () => 1 }) };
  }),
  workflow('settled-ends', {}, ({ task }) => {
    const lint = task('lint', { ...once, run: failing });
    const after = task('after', { needs: { lint }, run: () => 1 });
    const scan = task('scan', { when: () => false, run: () => 1 });
    const needs = { lint: settled(lint), after: settled(after), scan: settled(scan) };
    task('summary', { needs, run: ({ lint, after, scan }) => [lint.status, after.status, scan.status] });
  }),
  workflow('skip-and-failure', {}, ({ task }) => {
    const scan = task('scan', { when: () => false, run: () => 1 });
    const lint = task('lint', { ...once, run: failing });
    task('both', { needs: { scan, lint }, run: () => 1 });
    task('scanOnly', { needs: { scan }, run: () => 1 });
    task('lintOnly', { needs: { lint }, run: () => 1 });
  }),
  workflow('allowed-failure', {}, ({ task }) => {
    const lint = task('lint', { ...once, allowFailure: true, run: failing });
    const report = task('report', { needs: { lint }, run: () => 1 });
    task('mail', { needs: { report }, run: () => 1 });
    return { build: task('build', { run: () => 'image' }) };
  }),
  workflow('clean-up', {}, ({ task }) => {
    const build = task('build', { run: () => 'image' });
    const deploy = task('deploy', { ...once, needs: { build }, run: failing });
    task('cleanUp', { needs: { build, deploy }, trigger: 'one_failed', run: () => 'clean' });
    task('celebrate', { needs: { build, deploy }, trigger: 'one_success', run: () => 'hurrah' });
    task('giveUp', { needs: { build, deploy }, trigger: 'all_failed', run: () => 1 });
  }),
  workflow('no-clean-up', {}, ({ task }) => {
    const build = task('build', { run: () => 'image' });
    const cleanUp = task('cleanUp', { needs: { build }, trigger: 'one_failed', run: () => 'clean' });
    task('afterCleanUp', { needs: { cleanUp }, run: () => 1 });
    return { build };
  }),
  workflow('none-failed', {}, ({ task }) => {
    const scan = task('scan', { when: () => false, run: () => 1 });
    const lint = task('lint', { ...once, allowFailure: true, run: failing });
    const build = task('build', { run: () => 'image' });
    const needs = { scan, lint, build };
    task('strict', { needs, trigger: 'none_skipped', run: () => 1 });
    task('any', { needs, trigger: 'all_done', run: ({ lint }) => lint.status });
    return { deploy: task('deploy', { needs, trigger: 'none_failed', run: ({ build }) => build ?? 'none' }) };
  }),
  workflow('no-success', {}, ({ task }) => {
    const lint = task('lint', { ...once, allowFailure: true, run: failing });
    const scan = task('scan', { when: () => false, run: () => 1 });
    const one = task('one', { needs: { lint, scan }, trigger: 'one_success', run: () => 1 });
    task('all', { needs: { lint, scan }, trigger: 'all_failed', run: () => 1 });
    task('skips', { needs: { scan }, trigger: 'one_success', run: () => 1 });
    return { after: task('after', { needs: { one: settled(one) }, run: ({ one }) => one.status }) };
  }),
  workflow('stopped', { onFailure: 'stop' }, ({ task }) => {
    const lint = task('lint', { ...once, allowFailure: true, run: failing });
    const build = task('build', { ...once, needs: { lint: settled(lint) }, run: failing });
    task('deploy', { needs: { build: settled(build) }, run: () => 1 });
  }),
  workflow('by-waves', { scheduling: 'waves' }, ({ task }) => {
    const scan = task('scan', { when: () => false, run: () => 1 });
    const report = task('report', { needs: { scan }, run: () => 1 });
    const build = task('build', { needs: { scan: optional(scan) }, run: () => 'image' });
    const needs = { report: optional(report), build };
    return { deploy: task('deploy', { needs, run: ({ build }) => build }) };
  }),
];
