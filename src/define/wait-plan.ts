import { z } from 'zod';
import { isRecord, type Json, type Mutable } from '../core/json.js';
import { asJson, findJsonProblem } from '../core/json-walk.js';
import type { WaitPlan } from '../core/plan.js';
import { approvalSchema } from './approval-schema.js';
import { readDuration } from './duration.js';
import { describeIssues } from './run-input.js';
import { isZodSchema } from './schema-print.js';
import { suggest } from './suggest.js';
import type { TaskDefinition } from './workflow-definition.js';

type Wrong = (option: string, message: string, hint?: string) => void;

/** How long an approval, an event or a sleep waits, and what happens then. */
export function planWait(node: TaskDefinition, wrong: Wrong): WaitPlan {
  if (node.kind === 'sleep') return planSleep(node, wrong);
  const plan: Mutable<WaitPlan> = {};
  if (node.timeout !== undefined) {
    const read = readDuration(node.timeout);
    if ('problem' in read) wrong('timeout', read.problem, read.hint);
    else plan.timeout = read.milliseconds;
  }
  const onTimeout = planOnTimeout(node, wrong);
  if (onTimeout !== undefined) plan.onTimeout = onTimeout;
  if (node.onTimeout !== undefined && node.timeout === undefined) {
    wrong('onTimeout', 'it never happens, since there is no timeout', "say when with `timeout`, such as '24h'");
  }
  return plan;
}

function planSleep({ until }: TaskDefinition, wrong: Wrong): WaitPlan {
  if (until instanceof Date) {
    if (Number.isNaN(until.getTime())) wrong('time', 'it is an invalid Date');
    return { until: Math.max(0, until.getTime()) };
  }
  const read = readDuration(until);
  if ('milliseconds' in read) return { duration: read.milliseconds };
  wrong('time', read.problem, read.hint === undefined ? undefined : `${read.hint}, or a Date`);
  return {};
}

function planOnTimeout(node: TaskDefinition, wrong: Wrong): WaitPlan['onTimeout'] {
  const { onTimeout } = node;
  if (onTimeout === undefined || onTimeout === 'fail') return undefined;
  if (onTimeout === 'skip') return 'skip';
  if (!isRecord(onTimeout) || !('value' in onTimeout)) {
    const hint = typeof onTimeout === 'string' ? suggest(onTimeout, ['fail', 'skip']) : undefined;
    wrong('onTimeout', `${JSON.stringify(onTimeout)} is neither 'fail', 'skip' nor a { value }`, hint);
    return undefined;
  }
  const place = 'onTimeout.value';
  const schema = node.kind === 'approval' ? approvalSchema : node.outputSchema;
  const encoded = encode(schema, onTimeout.value, place, wrong);
  return encoded === undefined ? undefined : { value: encoded.value };
}

/** A value that is not there is null: the plan is JSON. It is decoded as what it was. */
function encode(
  schema: z.ZodType | undefined,
  value: unknown,
  place: string,
  wrong: Wrong,
): { readonly value: Json } | undefined {
  let wire = value;
  if (schema !== undefined) {
    if (!isZodSchema(schema)) return undefined; // reported where the schema is
    const encoded = encodeNow(schema, value, place, wrong);
    if (encoded === undefined) return undefined;
    wire = encoded.data;
  }
  const problem = findJsonProblem(wire, place);
  if (problem !== undefined) {
    wrong(problem.path, `${problem.found} is not JSON`);
    return undefined;
  }
  return { value: asJson(wire) ?? null };
}

function encodeNow(schema: z.ZodType, value: unknown, place: string, wrong: Wrong): { data: unknown } | undefined {
  try {
    const encoded = z.safeEncode(schema, value);
    if (encoded.success) return encoded;
    wrong(place, `it does not fit the schema: ${describeIssues(encoded.error, 'value')}`);
  } catch (error) {
    const isAsync = error instanceof z.core.$ZodAsyncError;
    const why = error instanceof Error ? error.message : String(error);
    wrong(place, isAsync ? 'its schema is async, and a definition is compiled at once' : `its schema threw ${why}`);
  }
  return undefined;
}
