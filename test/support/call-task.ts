import { callHandler, type HandlerResult } from '../../activities/call-handler.js';
import type { CallThroughCache } from '../../activities/result-caching.js';
import { type ServedTask, serveTasks } from '../../activities/served-task.js';
import type { Json } from '../../src/core/json.js';
import { PROTOCOL, type TaskArgument, type TaskDispatch } from '../../src/core/protocol.js';
import type { LoadClaim } from '../../src/data/resolve-output.js';
import type { WorkflowDefinition } from '../../src/index.js';
import { nothingCached } from '../../testing/nothing-cached.js';
import { nothingStored } from '../../testing/nothing-stored.js';
import { secretsOf } from './secrets-of.js';

interface CallOptions extends Pick<TaskDispatch, 'call'>, Partial<Pick<TaskArgument, 'input' | 'output'>> {
  readonly needs?: Readonly<Record<string, Json>>;
  readonly item?: { readonly index: number; readonly value: Json };
  /** What else the dispatch says. */
  readonly pawl?: Partial<TaskDispatch>;
  /** Gives what is stored. */
  readonly load?: LoadClaim;
  readonly throughCache?: CallThroughCache;
  /** Takes the warnings of `ctx.log`. */
  readonly warn?: (message: string) => void;
}

/** Calls a function of a node as an activity would, for a run `release-42` whose first run id is `first`. */
export async function callTask(
  definition: WorkflowDefinition,
  id: string,
  {
    call,
    needs = {},
    item,
    pawl,
    load = nothingStored,
    throughCache = nothingCached,
    warn = () => {},
    ...made
  }: CallOptions = {},
): Promise<HandlerResult> {
  const task = servedTask(definition, id);
  const argument: TaskArgument = {
    needs,
    ...made,
    ...(item !== undefined && { item: item.value }),
    pawl: {
      protocol: PROTOCOL,
      workflow: definition.name,
      task: id,
      shape: task.shape,
      rootRunId: 'first',
      attemptsUsed: 0,
      ...(call !== undefined && { call }),
      ...(item !== undefined && { item: item.index }),
      ...pawl,
    },
  };
  const surroundings = {
    signal: new AbortController().signal,
    attempt: 1,
    heartbeat() {},
    heartbeatDetails: undefined,
    log: { debug() {}, info() {}, warn, error() {} },
    workflowId: 'release-42',
    runId: 'second',
  };
  const secrets = secretsOf({}).forAttempt({ workflow: definition.name, task: id });
  return callHandler(task, argument, surroundings, { load, secrets, throughCache });
}

function servedTask(definition: WorkflowDefinition, id: string): ServedTask {
  const task = serveTasks(definition).get(id);
  if (task === undefined) throw new RangeError(`no task '${id}' in '${definition.name}'`);
  return task;
}
