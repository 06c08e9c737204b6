import { type SecretSource, WorkerSecrets } from '../activities/worker-secrets.js';
import type { TaskLogger } from '../src/define/task-context.js';
import { openUnits } from './find-unit.js';
import type { InProcessDriver } from './in-process-driver.js';
import type { Serve } from './in-process-execution.js';
import { Liveness } from './liveness.js';
import { RunClock } from './run-clock.js';
import { type Mocks, serveWithMocks } from './served-with-mocks.js';
import type { StandingAnswers } from './standing-answers.js';
import { StateWaits } from './state-waits.js';
import { StuckRunError } from './stuck-run-error.js';

export interface SessionSettings {
  readonly time: 'skip' | 'real';
  readonly log: TaskLogger;
  readonly mocks: Mocks;
  readonly answers: StandingAnswers;
  readonly secrets: SecretSource;
}

interface Steering {
  readonly signal: AbortSignal | undefined;
  readonly steer: (() => Promise<void>) | undefined;
}

/** What a run and its child workflows share: their clock, their log, and whether anything still goes on. */
export class InProcessSession {
  readonly clock = new RunClock();
  readonly liveness = new Liveness(() => this.#idle());
  readonly waits = new StateWaits();
  readonly log: TaskLogger;
  readonly secrets: WorkerSecrets;
  readonly serve: Serve;
  /** Rejects when something is wrong with the run that is not its outcome. */
  readonly #failed: Promise<never>;
  readonly #settings: SessionSettings;
  #root: InProcessDriver | undefined;
  #isOver = false;
  #reject: (error: unknown) => void = () => {};

  constructor(settings: SessionSettings) {
    this.#settings = settings;
    this.log = settings.log;
    this.secrets = new WorkerSecrets(settings.secrets);
    this.serve = (workflow, path) => serveWithMocks(workflow, path, settings.mocks);
    this.#failed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.#failed.catch(() => {}); // whoever races it hears of it
  }

  /** Runs the whole of it, and what steers it. */
  async run(root: InProcessDriver, { signal, steer }: Steering): Promise<void> {
    this.#root = root;
    const cancel = () => root.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    const running = root.run().then(() => this.waits.end());
    if (signal?.aborted) cancel();
    const steering = steer === undefined ? undefined : this.liveness.steering(steer);
    try {
      await Promise.race([this.#failed, Promise.all([running, steering])]);
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#isOver = true;
      this.clock.stop();
      root.abandon();
    }
  }

  /** A state has changed. */
  changed(): void {
    this.waits.check();
    this.liveness.look();
  }

  /** A wait has begun. */
  answer(run: InProcessDriver, id: string): void {
    const answer = this.#settings.answers.for(run, id);
    if (answer !== undefined) this.liveness.during(answer).catch((error: unknown) => this.fail(error));
  }

  fail(error: unknown): void {
    this.#reject(error);
    this.waits.end(error);
  }

  /** Nothing goes on: only time can bring the run on, or the test that waits for a time. */
  #idle(): void {
    const root = this.#root;
    if (root === undefined || this.#isOver) return;
    if (!this.clock.hasTimers) {
      if (root.scheduler.outcome !== undefined) return;
      this.fail(new StuckRunError(root.scheduler.plan.workflow, openUnits(root), root.scheduler.isPaused));
    } else if (this.#settings.time === 'skip') {
      this.clock.skip();
      this.liveness.look();
    }
  }
}
