import { z } from 'zod';
import { type WorkflowDefinition, workflow } from '../../src/index.js';
import { taskLine } from '../support/task-line.js';
import type { OtherHistory, RecordedRun } from './stage.js';

/** After which runs of this file continue as new: some ten tasks in a line. */
const EVENTS = 60;

const NOTES = 12;

const once = { retry: { maximumAttempts: 1 } };

const steered = workflow('steered', {}, (builder) => {
  const note = builder.event('note', { schema: z.string() });
  const ok = builder.approval('ok', { timeout: '1h' });
  const nap = builder.sleep('nap', '1h');
  const last = taskLine(builder, 20);
  const end = builder.task('end', { needs: { note, ok, nap, last }, run: ({ note }) => note });
  return { end };
});

/** What is given to it while it is paused, and before that is waited for, makes its history long. */
const notes = workflow('notes', {}, (builder) => {
  const start = builder.approval('start');
  const first = builder.task('first', { needs: { start }, run: () => 1 });
  for (let note = 0; note < NOTES; note++) builder.event(`note${note}`, { needs: { first }, schema: z.number() });
  builder.onFinish('notify', { run: () => {} }); // for which a cancelled run does not stay paused
});

/** Carries what is held, a map in its middle, and what is to be undone. */
function carrying(): { readonly definition: WorkflowDefinition; readonly repair: () => void } {
  let isBroken = true;
  const definition = workflow('carrying', { onFailure: 'hold', holdTimeout: '1h' }, (builder) => {
    const db = builder.resource('db', { create: () => 'url', destroy: () => {} });
    const held = builder.task('held', {
      ...once,
      run: () => {
        if (isBroken) throw new Error('no disk');
        return 1;
      },
    });
    const smoke = builder.map('smoke', {
      needs: { db },
      over: () => Array.from({ length: 20 }, (_, item) => item),
      concurrency: 2,
      ...once,
      run: (item) => {
        if (isBroken && item === 5) throw new Error('no route');
        return item * 2;
      },
    });
    const last = taskLine(builder, 8);
    const pay = builder.task('pay', {
      ...once,
      needs: { held, smoke, last },
      run: (): number => {
        throw new Error('the card was declined');
      },
    });
    builder.onFinish('notify', { run: () => {} });
    return { pay };
  });
  const repair = () => {
    isBroken = false;
  };
  return { definition, repair };
}

/** Runs that continue as new, with each of their executions. */
export const continuedRuns: readonly RecordedRun[] = [
  {
    name: 'continued',
    contains: ['EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED', 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED'],
    others: earlier('continued', 2),
    record: (stage) =>
      stage.steerShort(steered, EVENTS, async (run) => {
        await run.send('note', 'kept', { updateId: 'note-1', actor: 'ann' });
        await stage.waitForState(run, 't20', 'succeeded');
        await run.send('note', 'kept', { updateId: 'note-1', actor: 'ann' }); // was carried out before
        await run.task('nap').complete();
        await run.approve('ok', { actor: 'bob' });
      }),
  },
  {
    name: 'continued-while-held',
    contains: ['EVENT_TYPE_ACTIVITY_TASK_COMPLETED', 'EVENT_TYPE_WORKFLOW_EXECUTION_FAILED'],
    others: earlier('continued-while-held', 3),
    record: (stage) => {
      const { definition, repair } = carrying();
      return stage.steerShort(definition, EVENTS, async (run) => {
        for (const id of ['held', 'smoke[5]']) await stage.waitForState(run, id, 'held');
        await stage.waitForState(run, 'smoke[19]', 'succeeded');
        await stage.waitForState(run, 't8', 'succeeded');
        repair();
        await run.task('held').retry();
        await run.task('smoke[5]').retry();
        await stage.waitForState(run, 'pay', 'held');
        await run.task('pay').fail('it is given up');
      });
    },
  },
  {
    name: 'continued-while-paused',
    contains: ['EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED'],
    others: earlier('continued-while-paused', 1),
    record: (stage) =>
      stage.steerShort(notes, EVENTS, async (run) => {
        await run.pause({ actor: 'ann', reason: 'the network is being changed' });
        await run.approve('start');
        for (let note = 0; note < NOTES; note++) await run.send(`note${note}`, note);
        await run.cancel();
      }),
  },
];

/** The executions before the last one. */
function earlier(name: string, count: number): OtherHistory[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${name}-execution-${index + 1}`,
    execution: index + 1,
    contains: ['EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW'],
  }));
}
