import { setTimeout as delay } from 'node:timers/promises';
import type { Run, RunSnapshot } from 'pawl';
import { isCrashMoment } from './crash-moment.js';
import type { DemoWorker } from './demo-worker.js';
import type { View } from './view.js';

/** Milliseconds between two looks at the run; a check may take less than half a second. */
const INTERVAL = 100;
/** Milliseconds after which a task that was just seen to run is in the middle of its work. */
const IN_THE_MIDDLE = 200;

export interface Following {
  readonly run: Run;
  readonly worker: DemoWorker;
  readonly view: View;
  /** Whether to kill the worker in the middle. */
  readonly crash: boolean;
  /** Cancels the run when it aborts. */
  readonly interrupted: AbortSignal;
}

export interface Followed {
  readonly snapshot: RunSnapshot;
  /** When the worker was killed, if it was. */
  readonly killedAt: Date | undefined;
}

/** Shows the run until it has ended, and returns its last state. */
export async function followRun({ run, worker, view, crash, interrupted }: Following): Promise<Followed> {
  watchOver(worker, run, view);
  const cancel = () => {
    view.event('cancelling the run; Ctrl-C again ends the demo at once');
    run.cancel('interrupted').catch(hasEnded);
  };
  interrupted.addEventListener('abort', cancel);

  let last: RunSnapshot | undefined;
  let killedAt: Date | undefined;
  try {
    for await (const snapshot of run.watch({ interval: INTERVAL })) {
      last = snapshot;
      view.show(snapshot);
      if (!crash || killedAt !== undefined || !isCrashMoment(snapshot)) continue;
      await delay(IN_THE_MIDDLE);
      const atKill = await run.status();
      if (!isCrashMoment(atKill)) continue;
      killedAt = new Date();
      await replaceWorker(worker, atKill, view);
      watchOver(worker, run, view);
    }
  } finally {
    interrupted.removeEventListener('abort', cancel);
    view.end();
  }
  if (last === undefined) throw new Error('the run was not seen'); // watch() ends with the run's last state
  return { snapshot: last, killedAt };
}

async function replaceWorker(worker: DemoWorker, { tasks }: RunSnapshot, view: View): Promise<void> {
  const { pid } = worker;
  await worker.kill();
  const running = tasks.filter((task) => task.state === 'running').map((task) => task.id);
  view.event(`✖ killed the worker (pid ${pid}, SIGKILL) while ${running.join(', ')} ran`);
  worker.startAnew();
  view.event(`▸ started another (pid ${worker.pid}); it gets what ran when heartbeats have been missing for 5 s`);
}

/** Without its worker the run would wait for one for ever. */
function watchOver(worker: DemoWorker, run: Run, view: View): void {
  worker.onLost((how) => {
    view.event(`✖ the worker has ended by itself: ${how}`);
    run.terminate('its worker has ended').catch(hasEnded);
  });
}

/** A run that has ended in the meantime can't be cancelled or terminated any more, and need not. */
function hasEnded(): void {}
