import type { Criterion } from '../measure/criterion.js';
import { describeMachine } from '../measure/machine.js';
import { median } from '../measure/statistics.js';
import { cpuPerTask, type MeasuredRun, timePerTask } from './measure-run.js';

const MEBIBYTE = 1024 * 1024;
/** Beyond it a longer history would grow without an end: 8,000 events, and what was in flight by then. */
const MOST_EVENTS = 10_500;
const MOST_MEMORY = 1_024 * MEBIBYTE;
const MOST_GROWTH = 1.3;

export function printMachine(serverVersion: string): void {
  console.log(`${describeMachine(serverVersion).join('\n')}\n`);
  console.log(
    row([
      'run',
      'seconds',
      'ms a task',
      'worker cpu',
      'server cpu',
      'executions',
      'children',
      'most events',
      'wf tasks',
      'late',
    ]),
  );
}

export function printRun(run: MeasuredRun): void {
  const { name, duration, executions } = run;
  const total = (of: (execution: MeasuredRun['executions'][number]) => number) =>
    executions.reduce((sum, execution) => sum + of(execution), 0);
  const numbers = [
    (duration / 1_000).toFixed(1),
    timePerTask(run).toFixed(2),
    (run.cpu.worker / run.size).toFixed(2),
    (run.cpu.server / run.size).toFixed(2),
    total(({ isChild }) => (isChild ? 0 : 1)),
    total(({ isChild }) => (isChild ? 1 : 0)),
    mostEvents([run]),
    total(({ workflowTasks }) => workflowTasks),
    total(({ lateWorkflowTasks }) => lateWorkflowTasks),
  ];
  console.log(row([name, ...numbers.map(String)]));
}

/** What holds of runs by one worker. */
export function judgeRuns(what: string, runs: readonly MeasuredRun[], peakMemory: number): Criterion[] {
  const wrong = runs.filter(({ isRight }) => !isRight).length;
  const [events, memory] = [mostEvents(runs), Math.round(peakMemory / MEBIBYTE)];
  return [
    { what: `${what}: every output is right`, measured: wrong === 0 ? 'all' : `${wrong} runs not`, holds: wrong === 0 },
    { what: `${what}: events of an execution <= ${MOST_EVENTS}`, measured: `${events}`, holds: events <= MOST_EVENTS },
    { what: `${what}: the worker's memory < 1024 MiB`, measured: `${memory} MiB`, holds: peakMemory < MOST_MEMORY },
  ];
}

/** A task may cost a little more in a large run than in a small one. */
export function judgeGrowth(small: readonly MeasuredRun[], large: readonly MeasuredRun[]): Criterion[] {
  const sizes = `${large[0]?.size} to ${small[0]?.size}`;
  return [
    { what: `time per task, ${sizes}`, of: timePerTask },
    { what: `processor time per task, ${sizes}`, of: cpuPerTask },
  ].map(({ what, of }) => {
    const [before, after] = [median(small.map(of)), median(large.map(of))];
    const ratio = after / before;
    return {
      what: `${what} <= ${MOST_GROWTH}`,
      measured: `${after.toFixed(2)} / ${before.toFixed(2)} ms = ${ratio.toFixed(2)}`,
      holds: !(ratio > MOST_GROWTH), // where the system says no processor times, there is nothing to compare
    };
  });
}

function mostEvents(runs: readonly MeasuredRun[]): number {
  return Math.max(...runs.flatMap(({ executions }) => executions.map(({ events }) => events)));
}

function row([name = '', ...numbers]: readonly string[]): string {
  return name.padEnd(14) + numbers.map((number) => number.padStart(12)).join('');
}
