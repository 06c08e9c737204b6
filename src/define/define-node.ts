import type { Duration } from '@temporalio/common';
import type { z } from 'zod';
import { isRecord } from '../core/json.js';
import type { NodeKind } from '../core/plan.js';
import type { TriggerRule } from '../core/trigger-rule.js';
import type { ActivitySettings } from './activity-settings.js';
import type { ErasedCache } from './cache-options.js';
import type { Needs } from './need.js';
import { OPTION_NAMES } from './option-names.js';
import type { OnTimeout } from './wait-options.js';
import type { ErasedHandler, HandlerModule, TaskDefinition, WorkflowDefinition } from './workflow-definition.js';

/** The options of nodes of all kinds, which the types tell apart and `compile` checks. */
interface ErasedOptions extends ActivitySettings {
  readonly needs?: Needs | null;
  readonly title?: string;
  readonly output?: z.ZodType;
  readonly schema?: z.ZodType;
  readonly run?: ErasedHandler;
  readonly load?: () => Promise<HandlerModule>;
  readonly create?: ErasedHandler;
  readonly trigger?: TriggerRule;
  readonly when?: ErasedHandler;
  readonly allowFailure?: boolean;
  readonly version?: string | number;
  readonly compensate?: ErasedHandler;
  readonly cache?: ErasedCache;
  readonly over?: ErasedHandler;
  readonly workflow?: WorkflowDefinition;
  readonly with?: ErasedHandler;
  readonly concurrency?: number;
  readonly tolerate?: number | `${number}%`;
  readonly destroy?: ErasedHandler;
  readonly timeout?: Duration;
  readonly onTimeout?: OnTimeout;
}

/** A node as the user wrote it. What its kind has no place for is left among the settings, where `compile` finds it. */
export function defineNode(
  kind: NodeKind,
  id: string,
  given: unknown,
  rest: Pick<TaskDefinition, 'child' | 'until'> = {},
): TaskDefinition {
  const known: Record<string, unknown> = {};
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(isRecord(given) ? given : {})) {
    (OPTION_NAMES[kind].includes(name) ? known : settings)[name] = value;
  }
  const { needs, output, schema, run, create, workflow, ...options } = known as ErasedOptions; // `compile` looks at each
  return {
    trigger: undefined,
    when: undefined,
    allowFailure: undefined,
    title: undefined,
    load: undefined,
    ...options,
    id,
    kind,
    needs: needs ?? {},
    settings,
    outputSchema: output ?? schema,
    run: run ?? create,
    ...(workflow !== undefined && { child: workflow }),
    ...rest,
  };
}
