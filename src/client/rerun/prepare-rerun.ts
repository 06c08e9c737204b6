import { canonicalJson } from '../../core/canonical-json.js';
import { HALF } from '../../core/inline-budget.js';
import type { Json } from '../../core/json.js';
import { asJson, findJsonProblem } from '../../core/json-walk.js';
import { argumentsSize, explainSize, LARGEST_PAYLOAD } from '../../core/payload-size.js';
import type { Plan } from '../../core/plan.js';
import { type PooledState, poolClaims, unpoolClaims } from '../../core/pooled-claims.js';
import { PROTOCOL, type RunEnvelope } from '../../core/protocol.js';
import { decideRerun, type TaskDecision, unknownIds } from '../../core/rerun/rerun-decision.js';
import { RERUN_EXTENTS, type RerunExtent } from '../../core/rerun/rerun-maps.js';
import { rerunState } from '../../core/rerun/rerun-state.js';
import { statePieces } from '../../core/stored-state.js';
import { wireOutput } from '../../core/wire-output.js';
import type { OutputStore } from '../../data/output-store.js';
import { type LoadClaim, resolveOutput } from '../../data/resolve-output.js';
import { isOutputLost } from '../../data/stored-output-errors.js';
import { compile } from '../../define/compile.js';
import { checkInput } from '../../define/run-input.js';
import type { WorkflowDefinition } from '../../define/workflow-definition.js';
import { InvalidInputError, UnknownTaskError } from '../errors.js';
import type { OldRun } from './old-run.js';
import { outputMisfits } from './output-misfits.js';
import { RerunRefusedError } from './rerun-errors.js';

/** What a rerun is made of, apart from which run it is of. */
export interface RerunSettings {
  readonly from?: 'failed' | readonly string[] | undefined;
  readonly definition?: 'same' | 'latest' | undefined;
  readonly workflow?: WorkflowDefinition | undefined;
  readonly input?: unknown;
  readonly newKeys?: boolean | undefined;
  readonly cache?: 'bypass' | undefined;
}

export interface PreparedRerun {
  readonly plan: Plan;
  readonly decisions: readonly TaskDecision[];
  readonly newKeys: boolean;
  readonly args: readonly [input: Json | undefined, envelope: RunEnvelope, state: PooledState];
}

/** @throws {@link UnknownTaskError}, {@link InvalidInputError}, {@link RerunRefusedError} */
export async function prepareRerun(
  old: OldRun,
  newWorkflowId: string,
  settings: RerunSettings,
  outputs: OutputStore,
): Promise<PreparedRerun> {
  const { scheduler, description } = old;
  const { from = 'failed', definition = 'same', workflow } = settings;
  const place = `run '${description.workflowId}'`;
  const isLatest = definition === 'latest';
  if (isLatest && workflow === undefined) {
    throw new RerunRefusedError('no definition was given', {
      place,
      hint: "give the latest one: { definition: 'latest', workflow: release }",
    });
  }
  if (workflow !== undefined && workflow.name !== scheduler.plan.workflow) {
    throw new RerunRefusedError(`it is a run of '${scheduler.plan.workflow}', not of '${workflow.name}'`, { place });
  }
  const plan = isLatest && workflow !== undefined ? compile(workflow) : scheduler.plan;
  const unknown = unknownIds({ from, plan, old: scheduler });
  if (unknown.length > 0) {
    throw new UnknownTaskError(`from names what is not there: ${unknown.join(', ')}`, {
      place,
      hint: "name tasks by their ids and a map's items as smoke[3]",
    });
  }
  const load = outputs.loader();
  const oldInput = await readInput(old.input, load, settings);
  const given = await newInput(old, oldInput?.value, workflow, settings, isLatest);
  const isInputChanged = oldInput === undefined || canonicalJson(given) !== canonicalJson(oldInput.value);
  const input = isInputChanged ? wireOutput(given) : old.input;
  const misfits = isLatest && workflow !== undefined ? await outputMisfits(scheduler, workflow, load) : NONE;
  const decisions = decideRerun({ old: scheduler, plan, from, isInputChanged, misfits });
  const newKeys = settings.newKeys ?? isInputChanged;
  const envelope = newEnvelope(old, plan, newWorkflowId, { ...settings, newKeys });
  const state = fittingState(old, plan, decisions, argumentsSize([input, envelope]));
  return { plan, decisions, newKeys, args: [input, envelope, state] };
}

/** With its outputs stored, where they are too much for the new run to be started with. */
export async function storeLargeState(
  prepared: PreparedRerun,
  workflowId: string,
  outputs: OutputStore,
): Promise<PreparedRerun> {
  const { args, plan } = prepared;
  if (argumentsSize(args) <= HALF.carried || !outputs.canStore) return prepared;
  const [input, envelope, state] = args;
  const { values, without } = statePieces(unpoolClaims(state), plan, 'all');
  const owner = { workflow: plan.workflow, workflowId, runId: envelope.rerunOf?.runId ?? '' };
  const claims = await Promise.all(values.map((value) => outputs.store(value, owner)));
  return { ...prepared, args: [input, envelope, poolClaims(without(claims))] };
}

/** Why it is not started: it would do nothing, or is too large. */
export function refusalOf({ args, decisions, plan }: PreparedRerun, workflowId: string): RerunRefusedError | undefined {
  const place = `run '${workflowId}'`;
  const isSomethingToDo = decisions.some(
    ({ action, id, destroysAgain }) => destroysAgain || (action === 'rerun' && !isFinish(plan, id)),
  );
  if (!isSomethingToDo) {
    return new RerunRefusedError('everything in it has succeeded, and nothing would run again', {
      place,
      hint: 'name in from what shall run again, or give another input',
    });
  }
  const bytes = argumentsSize(args);
  if (bytes <= LARGEST_PAYLOAD) return undefined;
  const [input, , state] = args;
  const reused = plan.tasks.map(({ id }, index): [string, unknown] => [
    id,
    [state.tasks.outputs[index], state.maps?.[index]],
  ]);
  const parts: [string, unknown][] = [...reused, ['its input', input], ['its plan', plan]];
  return new RerunRefusedError(explainSize('what is reused of it', bytes, parts), { place });
}

/** As much of what is known of maps' items as a payload holds. */
function fittingState(
  { scheduler, startedAt }: OldRun,
  plan: Plan,
  decisions: readonly TaskDecision[],
  othersBytes: number,
): PooledState {
  const make = (extent: RerunExtent) => poolClaims(rerunState({ old: scheduler, plan }, decisions, startedAt, extent));
  for (const extent of RERUN_EXTENTS) {
    const state = make(extent);
    if (othersBytes + argumentsSize([state]) <= LARGEST_PAYLOAD) return state;
  }
  return make('least'); // too large all the same: `refusalOf` says so
}

function isFinish(plan: Plan, id: string): boolean {
  return plan.finish !== undefined && plan.tasks[plan.finish]?.id === id;
}

const NONE: ReadonlyMap<string, string> = new Map();

/** Undefined if it is gone, where another is given in its place. */
async function readInput(
  wire: Json | undefined,
  load: LoadClaim,
  { input }: RerunSettings,
): Promise<{ readonly value: Json | undefined } | undefined> {
  try {
    return { value: await resolveOutput(wire, load) };
  } catch (error) {
    if (isOutputLost(error) && input !== undefined) return undefined;
    throw error;
  }
}

/** The old one is checked again only where the schema may be another. */
async function newInput(
  { scheduler }: OldRun,
  input: Json | undefined,
  workflow: WorkflowDefinition | undefined,
  settings: RerunSettings,
  isLatest: boolean,
): Promise<Json | undefined> {
  const isGiven = 'input' in settings && settings.input !== undefined;
  const given = isGiven ? settings.input : input;
  const place = `workflow '${scheduler.plan.workflow}'`;
  if (workflow !== undefined && (isGiven || isLatest)) {
    const checked = await checkInput(workflow, given);
    if (checked.kind === 'invalid') throw new InvalidInputError(checked.message, { place });
    return checked.input;
  }
  const problem = findJsonProblem(given, 'input');
  if (problem !== undefined) throw new InvalidInputError(`${problem.path}: ${problem.found} is not JSON`, { place });
  return asJson(given);
}

function newEnvelope(
  { envelope, description }: OldRun,
  plan: Plan,
  newWorkflowId: string,
  { newKeys, cache }: Pick<RerunSettings, 'newKeys' | 'cache'>,
): RunEnvelope {
  const { workflowId, runId, raw } = description;
  const rootRunId = envelope?.rootRunId ?? (raw.workflowExecutionInfo?.firstRunId || runId);
  const rootWorkflowId = envelope?.rootWorkflowId ?? (newWorkflowId === workflowId ? undefined : workflowId);
  return {
    protocol: PROTOCOL,
    plan,
    rerunOf: { workflowId, runId },
    storedBy: [...new Set([...(envelope?.storedBy ?? []), envelope?.owner?.workflowId ?? workflowId, workflowId])],
    ...(cache !== undefined && { cache }),
    ...(!newKeys && { rootRunId, ...(rootWorkflowId !== undefined && { rootWorkflowId }) }),
  };
}
