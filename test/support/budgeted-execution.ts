import { ContinuationDue } from '../../src/core/continuation-due.js';
import { HALF, inlineBudgets } from '../../src/core/inline-budget.js';
import type { Json } from '../../src/core/json.js';
import { argumentsSize, payloadSize } from '../../src/core/payload-size.js';
import type { Plan } from '../../src/core/plan.js';
import { poolClaims, unpoolClaims } from '../../src/core/pooled-claims.js';
import type { RunEnvelope } from '../../src/core/protocol.js';
import { Scheduler } from '../../src/core/scheduler.js';
import type { SchedulerState } from '../../src/core/scheduler-state.js';
import { STORED_EXTENTS, statePieces } from '../../src/core/stored-state.js';
import { type StartTask, taskArgument } from '../../src/core/task-argument.js';
import { dispatchOf } from '../../src/core/unit-ref.js';
import { type Claim, storedOutput } from '../../src/core/wire-output.js';
import { LargeNeeds } from '../../workflows/large-needs.js';
import { START } from './played-run.js';

/** The most that there was of anything that Temporal limits, in bytes. */
export interface Extent {
  argument: number;
  buffered: number;
  history: number;
  /** By continue-as-new. Where plan and units alone are more than half of what it takes, just the outputs; all of it is `continuation`. */
  carried: number;
  continuation: number;
}

/** Bytes of events beside what is in them, and how many there are of a task. */
const EVENT = 300;
const EVENTS_OF_TASK = 3;

/** What tasks return: just what travels itself, or the claim on a byte more. */
export type Returned = 'theirBudget' | 'aByteMore';

/**
 * Plays a run, whatever it takes of executions, as the Temporal driver does it with a storage: all that is ready starts at once, and all that runs ends
 * within one workflow task.
 */
export async function measureRun(plan: Plan, returned: Returned): Promise<Extent> {
  const extent: Extent = { argument: 0, buffered: 0, history: 0, carried: 0, continuation: 0 };
  let state: SchedulerState | undefined;
  do state = measureExecution(plan, state, returned, extent);
  while (state !== undefined);
  return extent;
}

const FACTS = { input: 'i'.repeat(8 * 1024 - 2), rootRunId: 'r'.repeat(36), ownRunId: 'r'.repeat(36) };

/** @returns the state with which it continues as new, if it does */
function measureExecution(
  plan: Plan,
  before: SchedulerState | undefined,
  returned: Returned,
  extent: Extent,
): SchedulerState | undefined {
  const scheduler = new Scheduler(plan, before);
  const due = new ContinuationDue(plan);
  let bytes = argumentsSize([FACTS.input, plan, before]);
  let events = 3;
  const grow = (more: number) => {
    bytes += more + EVENT;
    events++;
    extent.history = Math.max(extent.history, bytes);
  };
  const values = {
    storeThen(stored: readonly Json[], _: string, done: (claims: readonly Claim[]) => void) {
      grow(stored.length * CLAIM_BYTES);
      done(stored.map(claimOf));
    },
  };
  const needs = new LargeNeeds(scheduler, values, () => bytes, fail);
  const ready = startsIn(scheduler.apply({ kind: before === undefined ? 'runStarted' : 'runContinued', at: START }));
  let isDraining = false;
  for (let round = 0; ; round++) {
    const inFlight = ready.splice(0);
    for (const command of inFlight) {
      const argument = argumentOf(needs, command, scheduler);
      extent.argument = Math.max(extent.argument, argument);
      grow(argument);
    }
    if (inFlight.length === 0) break;
    const outputs = inFlight.map(({ task }) => outputOf(plan, task, returned));
    extent.buffered = Math.max(extent.buffered, payloadSize(outputs));
    // It could be due at any time; that costs too much to see each time.
    if (Math.log2(round) % 1 === 0) carry(scheduler.save(START), plan, extent);
    inFlight.forEach((command, index) => {
      const output = outputs[index] ?? null;
      grow(payloadSize(output));
      events += EVENTS_OF_TASK - 2;
      const done = { kind: 'taskSucceeded', at: START, ...dispatchOf(command), attempts: 1, output } as const;
      ready.push(...startsIn(scheduler.apply(done)));
      if (isDraining || !due.isPassedBy({ events, bytes, updates: 0 })) return;
      isDraining = true;
      scheduler.apply({ kind: 'drainStarted', at: START });
    });
  }
  const carried = carry(scheduler.save(START), plan, extent);
  return isDraining ? unpoolClaims(JSON.parse(JSON.stringify(poolClaims(carried)))) : undefined;
}

/** As `StartQueue` does it. @returns its bytes */
function argumentOf(needs: LargeNeeds, command: StartTask, scheduler: Scheduler): number {
  for (;;) {
    const argument = needs.shorten(command, taskArgument(scheduler, command, FACTS));
    const bytes = payloadSize(argument);
    const storing = needs.store(command, argument, bytes);
    if (storing === undefined) return bytes;
    storing(() => {}); // which is done at once here
  }
}

function fail(error: unknown): never {
  throw error;
}

/** As `PawlRun` does it. */
function carry(state: SchedulerState, plan: Plan, most: Extent): SchedulerState {
  let carried = state;
  for (const extent of STORED_EXTENTS) {
    if (sizeOf(carried, plan) <= HALF.carried) break;
    const { values, without } = statePieces(carried, plan, extent);
    if (values.length > 0) carried = without(values.map(claimOf));
  }
  const bytes = sizeOf(carried, plan);
  const alone = sizeOf({ ...carried, tasks: { ...carried.tasks, outputs: {} } }, plan);
  most.continuation = Math.max(most.continuation, bytes);
  most.carried = Math.max(most.carried, alone > HALF.carried ? bytes - alone : bytes);
  return carried;
}

function sizeOf(state: SchedulerState, plan: Plan): number {
  const envelope: RunEnvelope = { protocol: plan.protocol, plan, startedAt: START };
  return argumentsSize([FACTS.input, envelope, poolClaims(state)]);
}

function outputOf(plan: Plan, task: number, returned: Returned): Json {
  const budget = inlineBudgets(plan)?.ofTask[task] ?? 0;
  return returned === 'theirBudget' ? 'x'.repeat(budget - 2) : storedOutput(claimOf('x'.repeat(budget - 1)));
}

function startsIn(commands: ReturnType<Scheduler['apply']>): StartTask[] {
  return commands.filter((command) => command.kind === 'startTask');
}

let claims = 0;

/** As large as one of the S3 driver, with a bucket's and a key's usual names. */
function claimOf(value: Json): Claim {
  const key = `v0/ns/default/wt/model/wi/${'w'.repeat(60)}/ri/${'r'.repeat(36)}/d/sha256/${String(claims++).padStart(64, '0')}`;
  return {
    driver: 'aws.s3driver',
    data: { bucket: 'b'.repeat(40), key, hash_algorithm: 'sha256', hash_value: 'h'.repeat(64) },
    bytes: payloadSize(value),
    sha256: 's'.repeat(43),
    ...(Array.isArray(value) && { count: value.length }),
  };
}

const CLAIM_BYTES = payloadSize(storedOutput(claimOf('')));
