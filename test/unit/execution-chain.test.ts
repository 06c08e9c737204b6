import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { ExecutionChain } from '../../src/client/execution-chain.js';
import { RunNotFoundError } from '../../src/index.js';

interface Execution {
  readonly runId: string;
  readonly firstRunId: string;
  readonly status: string;
  readonly next?: string;
}

/** a1 → a2, then a run of its own: b1. The latest comes last. */
const a1 = { runId: 'a1', firstRunId: 'a1', status: 'CONTINUED_AS_NEW', next: 'a2' };
const a2 = { runId: 'a2', firstRunId: 'a1', status: 'CONTINUED_AS_NEW', next: 'a3' };
const a3 = { runId: 'a3', firstRunId: 'a1', status: 'FAILED' };
const b1 = { runId: 'b1', firstRunId: 'b1', status: 'RUNNING' };

test.each([
  ['the latest run, where no run id is given', [a1, a2, a3, b1], undefined, 'b1'],
  ['an execution that did not continue, itself', [a1, a2, a3, b1], 'a3', 'a3'],
  ['the latest of its chain, which is the newest of all', [a1, a2, a3], 'a1', 'a3'],
  ['the latest of its chain, though a run was started after it', [a1, a2, a3, b1], 'a2', 'a3'],
  ['the latest of its chain, when the first is past its retention', [a2, a3], 'a1', 'a3'],
  ['the latest of its chain, in spite of both', [a3, b1], 'a1', 'a3'],
])('%s', async (_, executions, runId, expected) => {
  const chain = new ExecutionChain(clientWith(executions), 'release-42', runId);
  expect((await chain.latest()).runId).toBe(expected);
});

test('an execution names the first one of its chain', async () => {
  const chain = new ExecutionChain(clientWith([a1, a2, a3, b1]), 'release-42', 'a2');
  expect(await chain.firstRunId()).toBe('a1');
  expect(await new ExecutionChain(clientWith([a1]), 'release-42', undefined).firstRunId()).toBeUndefined();
});

test('what is not there at all is not found', async () => {
  const chain = new ExecutionChain(clientWith([b1]), 'release-42', 'a1');
  await expect(chain.latest()).rejects.toThrow(RunNotFoundError);
  await expect(new ExecutionChain(clientWith([]), 'release-42', undefined).latest()).rejects.toThrow(RunNotFoundError);
});

/** What a client says of these executions of one workflow id. */
function clientWith(executions: readonly Execution[]): Client {
  const find = (runId: string | undefined) =>
    runId === undefined ? executions.at(-1) : executions.find((execution) => execution.runId === runId);
  const describe = (workflowId: string, runId: string | undefined) => {
    const found = find(runId);
    if (found === undefined) throw new WorkflowNotFoundError('gone', workflowId, runId);
    const raw = { workflowExecutionInfo: { firstRunId: found.firstRunId } };
    return { workflowId, runId: found.runId, status: { name: found.status }, raw };
  };
  const client = {
    options: { namespace: 'default' },
    workflow: {
      getHandle: (workflowId: string, runId?: string) => ({ describe: async () => describe(workflowId, runId) }),
      list: async function* () {
        yield* executions.toReversed();
      },
    },
    workflowService: {
      getWorkflowExecutionHistory: async ({ execution }: { execution: { runId: string } }) => {
        const newExecutionRunId = find(execution.runId)?.next;
        return { history: { events: [{ workflowExecutionContinuedAsNewEventAttributes: { newExecutionRunId } }] } };
      },
    },
  };
  return client as unknown as Client; // the part of it that is used
}
