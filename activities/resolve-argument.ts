import { isRecord, type Json } from '../src/core/json.js';
import type { TaskArgument } from '../src/core/protocol.js';
import { readEnvelope } from '../src/core/wire-output.js';
import { type LoadClaim, resolveOutput } from '../src/data/resolve-output.js';
import { isOutputLost } from '../src/data/stored-output-errors.js';
import type { ServedTask } from './served-task.js';
import { UnreadableOutputError } from './task-error.js';

/**
 * The argument of a call with all that it needs, of what travelled: what is stored is loaded, all at once.
 *
 * @throws {@link UnreadableOutputError} naming the task that must run again, and what `load` throws
 */
export async function resolveArgument(
  task: ServedTask,
  argument: TaskArgument,
  load: LoadClaim,
): Promise<TaskArgument> {
  const { pawl } = argument;
  if (pawl.call !== 'finish' && !hasEnvelopes(argument)) return argument;
  const { definition } = task;
  const resolve = (wire: Json | undefined, place: string, hint: string) =>
    resolveOutput(wire, load).catch((error: unknown): never => {
      throw isOutputLost(error) ? new UnreadableOutputError(error, { place, hint, cause: error }) : error;
    });
  const wireNeeds = (await resolve(argument.needs, 'needs', rerunHint(undefined))) as TaskArgument['needs']; // many needs are stored together
  const needIds = new Map(task.needs.map(({ name, node }) => [name, node.id]));
  const results = new Set(task.needs.flatMap(({ name, form }) => (form === 'result' ? [name] : [])));
  const resolveNeed = async ([name, wire]: [string, Json]): Promise<[string, Json]> => {
    const hint = rerunHint(needIds.get(name));
    const place = `needs.${name}`;
    const resolved = results.has(name)
      ? await resolveResult(wire, (output) => resolve(output, place, hint))
      : await resolve(wire, place, hint);
    return [name, resolved ?? null];
  };
  const ownHint = rerunHint(definition.id);
  const [needs, input, item, output] = await Promise.all([
    pawl.call === 'finish'
      ? resolveFinish(wireNeeds, resolve)
      : Promise.all(Object.entries(wireNeeds).map(resolveNeed)).then(Object.fromEntries<Json>),
    resolve(argument.input, 'input', 'give the input again: engine.rerun(workflowId, { input })'),
    resolve(argument.item, 'item', ownHint),
    resolve(argument.output, 'output', ownHint),
  ]);
  return {
    pawl,
    needs,
    ...(input !== undefined && { input }),
    ...(item !== undefined && { item }),
    ...(output !== undefined && { output }),
  };
}

/** Most calls have none, and pay nothing. */
function hasEnvelopes({ needs, input, item, output }: TaskArgument): boolean {
  if ([needs, input, item, output].some((wire) => readEnvelope(wire) !== undefined)) return true;
  return Object.values(needs).some(
    (need) => readEnvelope(need) !== undefined || (isRecord(need) && readEnvelope(need.output as Json) !== undefined),
  );
}

async function resolveResult(
  result: Json,
  resolve: (output: Json | undefined) => Promise<Json | undefined>,
): Promise<Json> {
  if (!isRecord(result) || result.status !== 'succeeded') return result;
  const output = await resolve(result.output as Json | undefined); // as the scheduler made it
  return { status: 'succeeded', ...(output !== undefined && { output }) };
}

/** `onFinish` gets every task's result. */
async function resolveFinish(
  needs: TaskArgument['needs'],
  resolve: (wire: Json | undefined, place: string, hint: string) => Promise<Json | undefined>,
): Promise<TaskArgument['needs']> {
  const results = Object.entries(isRecord(needs.tasks) ? (needs.tasks as TaskArgument['needs']) : {});
  const tasks = await Promise.all(
    results.map(async ([id, result]) => [
      id,
      await resolveResult(result, (wire) => resolve(wire, `tasks.${id}`, rerunHint(id))),
    ]),
  );
  return { ...needs, tasks: Object.fromEntries(tasks) };
}

/** @param madeBy undefined: several tasks, or it is not known which */
function rerunHint(madeBy: string | undefined): string {
  return madeBy === undefined
    ? 'run again what it needs: engine.rerun(workflowId, { from: […] })'
    : `run '${madeBy}' again: engine.rerun(workflowId, { from: ['${madeBy}'] })`;
}
