import { MockActivityEnvironment } from '@temporalio/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventLoopWatch } from '../../activities/event-loop-watch.js';
import { LocalStops } from '../../activities/local-stops.js';
import { serveTasks } from '../../activities/served-task.js';
import { taskActivity } from '../../activities/task-activity.js';
import type { Json } from '../../src/core/json.js';
import { PROTOCOL } from '../../src/core/protocol.js';
import { readReply } from '../../src/core/task-reply.js';
import { resolveOutput } from '../../src/data/resolve-output.js';
import { nothingCached } from '../../testing/nothing-cached.js';
import { nothingStored } from '../../testing/nothing-stored.js';
import { looseWorkflow } from '../support/loose-workflow.js';
import { memoryStore } from '../support/memory-storage.js';
import { secretsOf } from '../support/secrets-of.js';

describe('the result of a task’s activity', () => {
  test('is the bare output of a first attempt, for people and workers in other languages to read', async () => {
    expect(await performed({ image: 'x' }, { attempt: 1, attemptsUsed: 0 })).toEqual({ image: 'x' });
  });

  test('says beside the output how many attempts there were, where there were more', async () => {
    const result = await performed({ image: 'x' }, { attempt: 2, attemptsUsed: 3 });
    expect(result).toEqual({ $pawl: { attempts: 5 }, output: { image: 'x' } });
  });

  test('is read as the output and the attempts, whatever the handler returns and however often it was tried', async () => {
    const attempts = fc.record({ attempt: fc.integer({ min: 1, max: 4 }), attemptsUsed: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(anyOutputOrNone, attempts, async (output, counted) => {
        const sent = await performed(output, counted);
        const received: unknown = sent === undefined ? undefined : JSON.parse(JSON.stringify(sent));
        const read = readReply(received, counted.attemptsUsed);
        const resolved = 'output' in read ? await resolveOutput(read.output, nothingStored) : undefined;
        expect({ ...read, output: resolved }).toEqual({
          kind: 'taskSucceeded',
          output,
          attempts: counted.attemptsUsed + counted.attempt,
        });
      }),
    );
  });

  test('says that the task was skipped, where its condition said no', async () => {
    const result = await performed(undefined, { attempt: 2, attemptsUsed: 1 }, { when: () => false });
    expect(result).toEqual({ $pawl: { attempts: 3, skipped: true } });
    expect(readReply(result, 1)).toEqual({ kind: 'taskSkipped', attempts: 3 });
  });

  test('may be bare, of a worker in another language, and then counts as one attempt', () => {
    expect(readReply({ $pawl: 'mine' }, 2)).toEqual({
      kind: 'taskSucceeded',
      output: { $pawl: 'mine' },
      attempts: 3,
    });
  });
});

/** JSON, much of it looking like what Pawl puts around an output. */
const anyOutput = fc
  .oneof(
    fc.jsonValue(),
    fc.record({ $pawl: fc.record({ attempts: fc.jsonValue() }), output: fc.jsonValue() }, { requiredKeys: ['$pawl'] }),
    fc.record({ $pawl: fc.jsonValue() }),
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as Json); // has no -0, which JSON does not know
const anyOutputOrNone = fc.option(anyOutput, { nil: undefined });

/** What the activity of a task whose handler returns the output gives to Temporal. */
function performed(
  output: Json | undefined,
  { attempt, attemptsUsed }: { attempt: number; attemptsUsed: number },
  options: object = {},
) {
  const definition = looseWorkflow((task) => void task('build', { run: () => output, ...options }));
  const served = serveTasks(definition).get('build');
  if (served === undefined) throw new Error('not served');
  const environment = new MockActivityEnvironment({ attempt });
  const argument = {
    needs: {},
    pawl: {
      protocol: PROTOCOL,
      workflow: 'release',
      task: 'build',
      shape: served.shape,
      rootRunId: 'root',
      attemptsUsed,
    },
  };
  const means = {
    outputs: memoryStore(),
    secrets: secretsOf({}),
    throughCache: nothingCached,
    localStops: new LocalStops(),
  };
  const surroundings = { eventLoop: new EventLoopWatch(), ...means };
  return environment.run(taskActivity(served, surroundings), argument);
}
