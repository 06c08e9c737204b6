import { allHandlersFinished, CancellationScope, condition, log, workflowInfo } from '@temporalio/workflow';
import { ContinuationDue } from '../src/core/continuation-due.js';
import { isSteady } from '../src/core/history-bound.js';
import { HALF, storesOutputs } from '../src/core/inline-budget.js';
import type { Json } from '../src/core/json.js';
import { withoutItemTimes } from '../src/core/map-state.js';
import { argumentsSize, inMebibytes, LARGEST_PAYLOAD } from '../src/core/payload-size.js';
import { type PooledState, poolClaims } from '../src/core/pooled-claims.js';
import { type Owner, PROTOCOL, type RunEnvelope } from '../src/core/protocol.js';
import type { RunOutcome } from '../src/core/run-outcome.js';
import { Scheduler } from '../src/core/scheduler.js';
import type { SchedulerState } from '../src/core/scheduler-state.js';
import { STORED_EXTENTS, statePieces } from '../src/core/stored-state.js';
import type { RunFacts } from '../src/core/task-argument.js';
import { Continuation } from './continuation.js';
import { Hearing } from './hearing.js';
import { takeOrders } from './orders.js';
import type { PreparedRun } from './prepare-run.js';
import { listenToShards, noteInRun } from './shard-talk.js';
import { TemporalDriver } from './temporal-driver.js';
import { ValueStore } from './value-store.js';

/** What an execution came to: the run's end, or the arguments of the execution that goes on. */
export type ExecutionEnd =
  | { readonly kind: 'ended'; readonly outcome: RunOutcome }
  | { readonly kind: 'continues'; readonly args: NextArguments }
  /** It can neither go on nor give way: Temporal would end it soon, without a word. */
  | { readonly kind: 'exhausted'; readonly reason: string };

type NextArguments = readonly [input: Json | undefined, envelope: RunEnvelope, state: PooledState];

interface Carried {
  readonly state: SchedulerState;
  readonly args: NextArguments;
  readonly bytes: number;
}

/** With a storage that fails: nothing else goes on meanwhile, and orders are refused, which clients give again for about 10 s. */
const PATIENCE = '5s';

/** One execution of a run: the scheduler with its driver, the orders that it takes, and its end before history grows too long. */
export class PawlRun {
  readonly scheduler: Scheduler;
  readonly driver: TemporalDriver;
  /** Of the run's first execution, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly values: ValueStore;
  readonly #prepared: PreparedRun;
  readonly #facts: RunFacts;
  /** Of plans since protocol 4. */
  readonly #hearing: Hearing | undefined;
  readonly #continuation: Continuation;

  constructor(prepared: PreparedRun) {
    const { plan, envelope, state } = prepared;
    this.#prepared = prepared;
    this.startedAt = envelope.startedAt ?? Date.now();
    this.scheduler = new Scheduler(plan, state);
    this.#facts = {
      input: prepared.input,
      rootRunId: envelope.rootRunId ?? ownRunId(),
      ownRunId: ownRunId(),
      rootWorkflowId: envelope.rootWorkflowId,
      owner: envelope.owner ?? ownerOfChain(),
      cache: envelope.cache,
    };
    this.#hearing = isSteady(plan) ? new Hearing() : undefined;
    this.values = new ValueStore(plan.workflow, this.#facts.owner);
    this.driver = new TemporalDriver({
      scheduler: this.scheduler,
      facts: this.#facts,
      values: this.values,
      afterEvents: () => this.#continuation.consider(),
    });
    this.#continuation = new Continuation({
      inFlight: () => this.scheduler.inFlight,
      extent: () => this.driver.extent,
      length: () => this.driver.length,
      isCancelRequested: () => this.driver.isCancelRequested,
      report: (report) => this.driver.report(report),
      broken: (error) => this.driver.fail(error),
      due: new ContinuationDue(plan, envelope.continueAfter),
    });
    if (this.#hearing === undefined) this.#listen();
  }

  #listen(): void {
    const isShard = this.#prepared.envelope.shard !== undefined;
    takeOrders({
      driver: this.driver,
      explainBusy: () => (this.#continuation.isAtRest ? 'the run is about to continue as new; try again' : undefined),
      countUpdate: () => this.#continuation.countUpdate(),
      afterwards: async (entry) => {
        if (isShard) await noteInRun(entry);
      },
    });
    listenToShards(this.driver, isShard);
  }

  async execute(): Promise<ExecutionEnd> {
    const ended = this.driver
      .run(this.#prepared.state === undefined ? 'runStarted' : 'runContinued')
      .then((outcome) => ({ kind: 'ended', outcome }) as const);
    this.#hearing?.begin(() => this.#listen());
    for (;;) {
      const first = await Promise.race([ended, this.#comesToRest()]);
      // What has come with what brought it here would be lost.
      if (this.#hearing?.all !== undefined) await this.#hearing.all;
      if (first.kind === 'ended') {
        await handlersFinished(); // an order that has ended the run must be acknowledged
        return first;
      }
      if (!this.#isReadyToCarry) continue;
      const { handledEvents } = this.driver;
      const { args, bytes } = await this.#carry();
      // What came while it was stored, such as a request to stop, is not in that state, and would be lost.
      if (this.driver.handledEvents !== handledEvents) continue;
      if (bytes <= LARGEST_PAYLOAD) return { kind: 'continues', args };
      const size = inMebibytes(bytes);
      const reason = `the run can't continue as new: input, plan and state are ${size} of JSON, and Temporal takes 2 MiB`;
      if (this.#continuation.isExhausted) return { kind: 'exhausted', reason };
      log.warn(reason);
      this.#continuation.putOff();
    }
  }

  /** What goes on, as small as need be. */
  async #carry(): Promise<Carried> {
    const { plan } = this.#prepared;
    let carried = this.#carried(this.scheduler.save(this.startedAt));
    for (const extent of storesOutputs(plan) ? STORED_EXTENTS : []) {
      if (carried.bytes <= HALF.carried) return carried;
      const { values, without } = statePieces(carried.state, plan, extent);
      const claims =
        values.length === 0
          ? undefined
          : await this.values.store(values, 'store outputs, to continue as new', PATIENCE);
      if (claims !== undefined) carried = this.#carried(without(claims));
    }
    return carried.bytes <= LARGEST_PAYLOAD ? carried : this.#carried(withoutItemTimes(carried.state));
  }

  #carried(state: SchedulerState): Carried {
    const args = this.#nextArguments(state);
    return { state, args, bytes: argumentsSize(args) };
  }

  async #comesToRest(): Promise<{ readonly kind: 'atRest' }> {
    // A run that is asked to stop ends when its tasks have.
    await CancellationScope.nonCancellable(() => condition(() => this.#isReadyToCarry));
    return { kind: 'atRest' };
  }

  get #isReadyToCarry(): boolean {
    return this.#continuation.isAtRest && allHandlersFinished() && this.scheduler.outcome === undefined;
  }

  #nextArguments(state: SchedulerState): NextArguments {
    const { plan, input, envelope } = this.#prepared;
    const { rootRunId } = this.#facts;
    return [input, { ...envelope, protocol: PROTOCOL, plan, rootRunId, startedAt: this.startedAt }, poolClaims(state)];
  }
}

async function handlersFinished(): Promise<void> {
  if (allHandlersFinished()) return;
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
}

/** Where that is not the execution itself: outputs are stored for the run as a whole. */
function ownerOfChain(): Owner | undefined {
  const { workflowId, runId } = workflowInfo();
  return ownRunId() === runId ? undefined : { workflowId, runId: ownRunId() };
}

/** Each firing of a cron schedule is a run of its own, though Temporal makes one chain of them. */
function ownRunId(): string {
  const { firstExecutionRunId, originalExecutionRunId, cronSchedule } = workflowInfo();
  return cronSchedule ? originalExecutionRunId : firstExecutionRunId;
}
