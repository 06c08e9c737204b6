import { type Profiler, Session } from 'node:inspector';
import type { SchedulerCommand } from '../../src/core/command.js';
import type { SchedulerEvent } from '../../src/core/event.js';
import type { Plan } from '../../src/core/plan.js';
import type { Scheduler as CoreScheduler } from '../../src/core/scheduler.js';
import { type DispatchRef, dispatchKey, dispatchOf } from '../../src/core/unit-ref.js';

/**
 * Work is counted, not timed: V8's coverage says how often each block of src/core was executed. What a built-in does
 * inside of one call (`indexOf`, `shift`) is the one thing that it does not see.
 */
const session = new Session();
let Scheduler: typeof import('../../src/core/scheduler.js').Scheduler;
let childStart: typeof import('../../src/core/child-start.js').childStart;
let reportChildEnd: typeof import('../../testing/child-report.js').reportChildEnd;

/** To be called once, before the first run. */
export async function startCounting(): Promise<void> {
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  // Loaded only now: V8 counts blocks in code that it compiles after the counting has begun.
  ({ Scheduler } = await import('../../src/core/scheduler.js'));
  ({ childStart } = await import('../../src/core/child-start.js'));
  ({ reportChildEnd } = await import('../../testing/child-report.js'));
}

export function stopCounting(): void {
  session.disconnect();
}

/** How a run goes. What is not said succeeds. */
export interface CountedRun {
  readonly plan: Plan;
  /** This task and all later ones fail; of maps, this item and all later ones. */
  readonly failsAt?: number;
  /** The conditions of this task and all later ones say no. */
  readonly skipsAt?: number;
  /** No worker takes the first dispatch of any unit. */
  readonly unserved?: boolean;
  /** The run is asked to stop when this task would report. */
  readonly cancelledAt?: number;
  /** Of each map. */
  readonly items?: number;
  /** Of each approval, instead of its timeout. */
  readonly isApproved?: 'at the start' | 'when it waits';
}

/** Takes the run to its end and counts the blocks of src/core executed for it, making the scheduler included. */
export function blocksExecutedBy(run: CountedRun): number {
  takeBlockCount();
  const scheduler = new Scheduler(run.plan);
  if (run.isApproved === 'at the start') {
    for (const { index } of scheduler.tasks) scheduler.apply(approvalOf(run.plan, index, 0));
  }
  toItsEnd(scheduler, run, { at: 0, kind: 'runStarted' });
  return takeBlockCount();
}

function toItsEnd(scheduler: CoreScheduler, run: CountedRun, first: SchedulerEvent): void {
  const open: SchedulerCommand[] = [...scheduler.apply(first)];
  const asked = new Set<string>();
  for (let i = 0; i < open.length; i++) {
    const command = open[i];
    if (command === undefined || command.kind === 'endRun') continue;
    if (command.kind === 'cancelTask') asked.add(dispatchKey(command));
    if (command.kind === 'startTask' && command.task === run.cancelledAt) {
      open.push(...scheduler.apply({ at: i, kind: 'runCancelRequested' }));
    }
    const report = reportOn(command, scheduler, run, asked, i);
    if (report !== undefined) open.push(...scheduler.apply(report));
  }
  if (scheduler.outcome === undefined) throw new Error('the run does not end');
}

function reportOn(
  command: Exclude<SchedulerCommand, { kind: 'endRun' }>,
  scheduler: CoreScheduler,
  run: CountedRun,
  asked: ReadonlySet<string>,
  at: number,
): SchedulerEvent | undefined {
  switch (command.kind) {
    case 'startTimer':
      if (run.isApproved && command.timer === 'wait') return approvalOf(run.plan, command.task, at);
      return { at, kind: 'timerElapsed', ...dispatchOf(command) };
    case 'startChild':
      return runChild(scheduler, run, command, at);
    case 'startTask':
      return asked.has(dispatchKey(command))
        ? { at, kind: 'taskCancelled', ...dispatchOf(command), attempts: 1 }
        : reportOnCall(command, run, at);
    default:
      return undefined;
  }
}

function reportOnCall(
  command: Extract<SchedulerCommand, { kind: 'startTask' }>,
  run: CountedRun,
  at: number,
): SchedulerEvent | undefined {
  const { task, part, undo, dispatch, call } = command;
  const base = { at, ...dispatchOf(command), attempts: 1 };
  const position = part ?? task;
  const never = Number.POSITIVE_INFINITY;
  if (run.unserved && dispatch === 1) return { ...base, kind: 'taskUnserved', reason: 'no worker', attempts: 0 };
  if (call === 'over') return { ...base, kind: 'taskSucceeded', output: Array(run.items).fill(0) };
  if (position >= (run.skipsAt ?? never)) return { ...base, kind: 'taskSkipped' };
  if (!undo && position >= (run.failsAt ?? never)) {
    return { ...base, kind: 'taskFailed', error: { type: 'Error', message: 'failed' } };
  }
  return { ...base, kind: 'taskSucceeded', output: position };
}

/** At once, as if it took no time. */
function runChild(scheduler: CoreScheduler, run: CountedRun, command: DispatchRef, at: number): SchedulerEvent {
  const start = childStart(scheduler, command);
  const child = new Scheduler(start.plan, start.state);
  toItsEnd(child, run, { at, kind: start.state === undefined ? 'runStarted' : 'runContinued' });
  return { at, ...reportChildEnd(dispatchOf(command), start, child, { startedAt: at, attempts: 1 }) };
}

function approvalOf(plan: Plan, index: number, at: number): SchedulerEvent {
  const task = plan.tasks[index]?.id ?? '';
  return { at, kind: 'ordered', order: { verb: 'approve', task }, by: { id: task, actor: 'ada' } };
}

/** Blocks of src/core executed since the last call. */
function takeBlockCount(): number {
  let blocks = 0;
  // Its callback comes before `post` returns: the session is of this thread.
  session.post('Profiler.takePreciseCoverage', (error, coverage?: Profiler.TakePreciseCoverageReturnType) => {
    if (error) throw error;
    for (const script of coverage?.result ?? []) {
      if (!script.url.includes('/src/core/')) continue;
      for (const { ranges } of script.functions) for (const { count } of ranges) blocks += count;
    }
  });
  return blocks;
}
