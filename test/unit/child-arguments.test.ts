import { describe, expect, test } from 'vitest';
import { childArguments, refuseChild } from '../../src/core/child-arguments.js';
import { childStart } from '../../src/core/child-start.js';
import type { Json } from '../../src/core/json.js';
import { PROTOCOL } from '../../src/core/protocol.js';
import type { NodeKindSettings } from '../model/arbitrary-kinds.js';
import { planOf } from '../model/arbitrary-plan.js';
import { playRun } from '../support/played-run.js';

const KIB = 1024;

describe('a child workflow', () => {
  test('is given its own input, its plan, which run began it all, and whose its stored outputs are', () => {
    const args = argumentsOf({ kind: 'subworkflow', child: 0 }, { runInput: 'of the run' });
    expect(args).toEqual([
      undefined,
      {
        protocol: PROTOCOL,
        plan: expect.objectContaining({ workflow: 'child' }),
        rootRunId: 'first',
        rootWorkflowId: 'r/it',
        owner: { workflowId: 'r', runId: 'own' },
      },
    ]);
  });

  test('that is a part of a map is given the input of the run, and a state with its share of the items', () => {
    const [input, envelope, state] = argumentsOf(
      { kind: 'map' },
      { runInput: 'of the run', items: Array.from({ length: 1_001 }, (_, item) => item) },
    );
    expect(input).toBe('of the run');
    expect(envelope).toMatchObject({ rootRunId: 'first', rootWorkflowId: 'r', shard: { task: 1, from: 0 } });
    expect(state?.maps?.[1]?.items).toHaveLength(1_000);
  });
});

describe('a child workflow can start', () => {
  test('with what fits', () => {
    const args = argumentsOf({ kind: 'map' }, { runInput: 'i'.repeat(KIB), items: texts(1_001, 400) });
    expect(refuseChild(args)).toBeUndefined();
  });

  test('not with arguments that fit alone and not together, and is told the sizes of each', () => {
    const args = argumentsOf(
      { kind: 'map' },
      { runInput: 'i'.repeat(850 * KIB), need: 'n'.repeat(850 * KIB), items: texts(1_001, 450) },
    );
    const { type, message } = refuseChild(args) ?? {};
    expect(type).toBe('TooLarge');
    expect(message).toMatch(
      /^what its child workflow is given is 2\.\d\d MiB of JSON, and Temporal takes 2 MiB; the largest: /,
    );
    expect(message).toContain("'its input' 0.83 MiB");
    expect(message).toContain("'what they need' 0.83 MiB");
    expect(message).toContain("'its items' 0.4");
  });
});

interface Given {
  readonly runInput?: Json;
  /** What the node before it made. */
  readonly need?: Json;
  readonly items?: readonly Json[];
}

/** Of the child workflow of the node `it`, which needs `build`, in the run `r`. */
function argumentsOf(it: NodeKindSettings, { runInput, need = 'image', items = [] }: Given) {
  const part = items.length > 0 ? 0 : undefined;
  const { scheduler } = playRun(planOf({ build: [], it: ['build'] }, { kinds: { it } }), {
    build: { output: need },
    it: part === undefined ? 'neverEnds' : { output: [...items] },
    'it[0..999]': 'neverEnds',
  });
  const start = childStart(scheduler, { task: 1, ...(part !== undefined && { part }) });
  return childArguments('r', start, {
    input: runInput,
    rootRunId: 'first',
    ownRunId: 'own',
    rootWorkflowId: undefined,
  });
}

function texts(count: number, length: number): string[] {
  return Array.from({ length: count }, (_, item) => String(item).padEnd(length, 'x'));
}
