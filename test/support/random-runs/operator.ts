import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Verb } from '../../../src/core/order.js';
import { isSettled } from '../../../src/core/task-state.js';
import {
  OrderFailedError,
  OrderRefusedError,
  type Run,
  RunClosedError,
  type RunSnapshot,
  type TaskSnapshot,
} from '../../../src/index.js';
import { isOutage } from './outage.js';
import type { OperatorStep, RandomRun } from './random-run.js';

/** An order that was given, with what came of it. */
export interface GivenOrder {
  readonly verb: Verb;
  readonly task: string | undefined;
  readonly updateId: string;
  /** `unknown`: the client was not told whether it was carried out. */
  readonly answer: 'carriedOut' | 'refused' | 'failed' | 'closed' | 'unknown';
}

/** Milliseconds before an order is given again. */
const BACKOFF = 200;
/** How often an order is given again whose answer was lost. */
const TRIES = 20;

/** An operator who does to a run what its random steps say, and then whatever it needs to come to its end. */
export class Operator {
  readonly orders: GivenOrder[] = [];
  readonly #run: Run;
  readonly #random: RandomRun;
  readonly #interval: number;
  readonly #retried = new Map<string, number>();
  #isOver = false;

  /** @param interval milliseconds between two looks at a run whose steps are over */
  constructor(run: Run, random: RandomRun, interval: number) {
    this.#run = run;
    this.#random = random;
    this.#interval = interval;
  }

  /** Resolves when the run has ended, with its result or the error that it ended with. */
  async operate(): Promise<unknown> {
    const result = this.#result();
    await Promise.all([this.#steps(), this.#cancelInTime()]);
    return result;
  }

  async #result(): Promise<unknown> {
    for (;;) {
      const result = await this.#run.result().catch((error: unknown) => error);
      if (isOutage(result)) continue;
      this.#isOver = true;
      return result;
    }
  }

  async #cancelInTime(): Promise<void> {
    const { cancelAfter } = this.#random;
    if (cancelAfter === undefined) return;
    await pause(cancelAfter);
    for (let tries = 0; tries < TRIES; tries++) {
      const error = await this.#run.cancel().catch((error: unknown) => error);
      if (!isOutage(error)) return;
      await pause(BACKOFF);
    }
  }

  async #steps(): Promise<void> {
    for (const step of this.#random.steps) {
      await pause(step.after);
      const snapshot = await this.#look();
      if (snapshot === undefined) return;
      await this.#take(step, snapshot);
    }
    for (let pick = 0; ; pick++) {
      await pause(this.#interval);
      const snapshot = await this.#look();
      if (snapshot === undefined) return;
      if (snapshot.paused) await this.#give('resume', undefined);
      for (const { id, kind, state } of await this.#openUnits(snapshot, needsSomebody)) {
        await this.#attend(id, kind, state === 'held', pick + this.#random.steps.length);
      }
    }
  }

  /** Undefined when the run has ended. */
  async #look(): Promise<RunSnapshot | undefined> {
    while (!this.#isOver) {
      try {
        const snapshot = await this.#run.status();
        return snapshot.status === 'running' ? snapshot : undefined;
      } catch (error) {
        if (!isOutage(error)) throw error;
        await pause(BACKOFF);
      }
    }
    return undefined;
  }

  async #take({ pick, how }: OperatorStep, snapshot: RunSnapshot): Promise<void> {
    if (how > 17) {
      await this.#give(snapshot.paused ? 'resume' : 'pause', undefined);
      return;
    }
    const units = await this.#openUnits(snapshot, ({ state }) => !isSettled(state) || pick % 8 === 7);
    const unit = units[pick % Math.max(units.length, 1)];
    if (unit === undefined) return;
    const mayFit = VERBS.filter((verb) => fits(verb, unit.kind));
    for (let n = 0; n < 2; n++) {
      const verb = mayFit[(how + n) % mayFit.length] ?? 'skip';
      if ((await this.#give(verb, unit.id, pick % 5 === 4)) === 'carriedOut') return;
    }
  }

  /** Nothing else will bring it on. */
  async #attend(id: string, kind: TaskSnapshot['kind'], isHeld: boolean, pick: number): Promise<void> {
    if (!isHeld) {
      await this.#give(kind === 'event' ? 'send' : pick % 2 === 1 ? 'reject' : 'approve', id);
      return;
    }
    const verb = HELD_VERBS[pick % HELD_VERBS.length] ?? 'skip';
    const retried = this.#retried.get(id) ?? 0;
    if (verb === 'retry') this.#retried.set(id, retried + 1);
    await this.#give(verb === 'retry' && retried > 1 ? 'skip' : verb, id);
  }

  /** The nodes and items for which that is so. */
  async #openUnits(snapshot: RunSnapshot, wanted: (unit: Unit) => boolean): Promise<Unit[]> {
    const units: Unit[] = snapshot.tasks.filter(({ kind }) => kind !== 'finish');
    for (const map of snapshot.tasks) {
      if (map.items === undefined || isSettled(map.state)) continue;
      const page = await this.#run.status({ items: map.id }).catch(() => undefined); // it may be over
      units.push(...(page?.items ?? []).map((item) => ({ ...item, kind: 'task' as const })));
    }
    return units.filter(wanted);
  }

  /** It is given again, with the same id, until there is an answer. */
  async #give(verb: Verb, task: string | undefined, isWrong = false): Promise<GivenOrder['answer']> {
    const updateId = randomUUID();
    let answer: GivenOrder['answer'] = 'unknown';
    for (let tries = 0; answer === 'unknown' && tries < TRIES; tries++) {
      answer = answerOf(await this.#order(verb, task ?? '', updateId, isWrong).catch((error: unknown) => error));
      if (answer === 'unknown') await pause(BACKOFF);
    }
    this.orders.push({ verb, task, updateId, answer });
    return answer;
  }

  #order(verb: Verb, id: string, updateId: string, isWrong: boolean): Promise<void> {
    const options = { updateId, actor: 'ann', reason: `to ${verb}` };
    const task = this.#run.task(id);
    switch (verb) {
      case 'pause':
      case 'resume':
        return this.#run[verb](options);
      case 'approve':
      case 'reject':
        return this.#run[verb](id, options);
      case 'send':
        return this.#run.send(id, isWrong ? 5 : 'sent', options);
      case 'complete':
        return task.complete('completed', options);
      case 'fail':
        return task.fail('failed by an operator', options);
      default:
        return task[verb](options);
    }
  }
}

interface Unit {
  readonly id: string;
  readonly kind: TaskSnapshot['kind'];
  readonly state: TaskSnapshot['state'];
  readonly until: Date | undefined;
}

const VERBS: readonly Verb[] = [
  'approve',
  'reject',
  'send',
  'retry',
  'skip',
  'complete',
  'fail',
  'cancel',
  'retry',
  'cancel',
];
const HELD_VERBS: readonly Verb[] = ['retry', 'skip', 'complete', 'fail', 'retry', 'cancel'];

function fits(verb: Verb, kind: Unit['kind']): boolean {
  if (verb === 'approve' || verb === 'reject') return kind === 'approval';
  return verb !== 'send' || kind === 'event';
}

function needsSomebody({ state, until, kind }: Unit): boolean {
  if (until !== undefined) return false;
  return state === 'held' || (state === 'waiting' && (kind === 'approval' || kind === 'event'));
}

function answerOf(said: unknown): GivenOrder['answer'] {
  if (said === undefined) return 'carriedOut';
  if (said instanceof OrderRefusedError) return 'refused';
  if (said instanceof OrderFailedError) return 'failed';
  if (said instanceof RunClosedError) return 'closed';
  if (isOutage(said)) return 'unknown';
  throw said;
}
