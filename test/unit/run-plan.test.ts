import { expect, test } from 'vitest';
import { describePlan } from '../../src/client/run-plan.js';
import { compile } from '../../src/index.js';
import { idle, type LooseTask, looseWorkflow } from '../support/loose-workflow.js';

test('a plan tells the waves, the longest path by depth, and the numbers', () => {
  const plan = compile(
    looseWorkflow((task) => {
      const build = task('build', idle);
      task('docs', idle);
      const unit = task('unit', { ...idle, needs: { build } });
      const lint = task('lint', { ...idle, needs: { build } });
      const pack = task('pack', { ...idle, needs: { lint } });
      task('deploy', { ...idle, needs: { unit, pack } });
    }),
  );
  expect(describePlan(plan, { dir: '.' })).toEqual({
    workflow: 'release',
    hash: plan.hash,
    input: { dir: '.' },
    waves: [['build', 'docs'], ['unit', 'lint'], ['pack'], ['deploy']],
    criticalPath: ['build', 'lint', 'pack', 'deploy'],
    taskCount: 6,
    edgeCount: 5,
    bytes: Buffer.byteLength(JSON.stringify(plan)),
  });
});

test('of equally long paths the one declared first is critical', () => {
  const diamond = (task: LooseTask) => {
    const build = task('build', idle);
    const right = task('right', { ...idle, needs: { build } });
    const left = task('left', { ...idle, needs: { build } });
    task('deploy', { ...idle, needs: { right, left } });
  };
  expect(describePlan(compile(looseWorkflow(diamond)), undefined).criticalPath).toEqual(['build', 'right', 'deploy']);
});
