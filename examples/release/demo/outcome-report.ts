import type { OutputOf, RunSnapshot, TaskSnapshot } from 'pawl';
import type { release } from '../workflow.js';
import { logFile, type Workspace } from '../workspace.js';
import { criticalPath } from './critical-path.js';
import { durationOf, elapsedOf, formatDuration } from './duration.js';
import { line } from './line.js';
import type { Paint } from './paint.js';

/** What was released, and what the release did not check. */
export function describeSuccess(outputs: OutputOf<typeof release>, snapshot: RunSnapshot, paint: Paint): string[] {
  const { pack, deploy, smoke } = outputs;
  const skipped = (['typecheck', 'lint', 'unit', 'build'] as const).flatMap((id) => {
    const output = outputs[id];
    return 'skipped' in output ? [`${id} was skipped: ${output.skipped}`] : [];
  });
  const took = formatDuration(elapsedOf(snapshot, new Date()));
  return [
    paint('green', `✔ ${pack.name} ${pack.version} is released, in ${took}.`),
    ...skipped.map((text) => paint('yellow', `  ${text}`)),
    line(paint, 'deployed', `${deploy.release} (${(pack.bytes / 1_000).toFixed(1)} kB)`),
    line(paint, 'smoke test', `${smoke.page ?? 'the site'} answered, with version ${smoke.version}`),
    line(paint, 'critical path', describeCriticalPath(snapshot)),
  ];
}

/**
 * Which tasks failed and why, and what did not run because of it.
 *
 * @param reason how the run ended, where that was not for a failed task
 */
export function describeFailure(snapshot: RunSnapshot, reason: string, workspace: Workspace, paint: Paint): string[] {
  const failed = snapshot.tasks.filter((task) => task.state === 'failed');
  const notRun = snapshot.tasks.filter((task) => task.state !== 'failed' && task.state !== 'succeeded');
  const names = failed.map((task) => `'${task.id}'`).join(' and ');
  return [
    paint('red', failed.length === 0 ? `✖ There is no release: ${reason}` : `✖ The release failed in ${names}.`),
    ...failed.flatMap((task) => ['', ...describeFailedTask(task, workspace)]),
    '',
    ...(notRun.length === 0 ? [] : [line(paint, 'not run', notRun.map((task) => task.id).join(', '))]),
    line(paint, 'critical path', describeCriticalPath(snapshot)),
  ];
}

function describeFailedTask({ id, attempts, error }: TaskSnapshot, workspace: Workspace): string[] {
  const [first = '', ...output] = (error?.message ?? 'for an unknown reason').split('\n');
  const times = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  return [
    `  '${id}' failed after ${times}: ${first}`,
    ...output.map((text) => `    │ ${text}`),
    ...(output.length === 0 ? [] : [`  all of it: ${logFile(workspace, id)}`]),
  ];
}

function describeCriticalPath({ tasks, ...run }: RunSnapshot): string {
  const now = new Date();
  const steps = criticalPath(tasks).map((task) => `${task.id} ${formatDuration(durationOf(task, now) ?? 0)}`);
  return `${steps.join(' → ')} (of ${formatDuration(elapsedOf({ tasks, ...run }, now))})`;
}
