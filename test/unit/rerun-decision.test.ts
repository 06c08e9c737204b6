import { describe, expect, test } from 'vitest';
import { decideRerun, type RerunRequest, unknownIds } from '../../src/core/rerun/rerun-decision.js';
import { RERUN_EXTENTS } from '../../src/core/rerun/rerun-maps.js';
import { rerunState } from '../../src/core/rerun/rerun-state.js';
import { compile, optional, type WorkflowDefinition, workflow } from '../../src/index.js';
import { type Outcome, type PlayedRun, playRun, statesOf } from '../support/played-run.js';

const run = () => 'done';

const release = workflow('release', {}, ({ task }) => {
  const build = task('build', { run });
  const unit = task('unit', { needs: { build }, run });
  const scan = task('scan', { needs: { build }, when: () => true, run });
  const deploy = task('deploy', { needs: { unit, scan: optional(scan) }, run });
  task('notify', { needs: { deploy }, run });
  task('lint', { run });
});

describe('from failed', () => {
  test('what has not succeeded runs again, and what has is reused', () => {
    const { decisions, again } = rerun(release, { unit: 'fails' });
    expect(actionsOf(decisions)).toEqual({
      build: 'reuse',
      lint: 'reuse',
      unit: 'rerun',
      scan: 'reuse',
      deploy: 'rerun',
      notify: 'rerun',
    });
    expect(again.dispatched).toEqual(['unit', 'deploy', 'notify']);
    expect(again.scheduler.outcome).toBe('completed');
  });

  test('it says why', () => {
    const { decisions } = rerun(release, { unit: 'fails' });
    expect(whyOf(decisions)).toMatchObject({
      build: 'it has succeeded',
      unit: 'it was failed: unit broke',
      deploy: "it needs 'unit', which runs again",
    });
  });

  test('what is downstream of it gets the outputs that are reused', () => {
    const { again } = rerun(release, { build: { output: 'image' }, unit: 'fails' });
    const { scheduler } = again;
    expect(scheduler.needsOf(scheduler.indexOf('unit') ?? -1)).toEqual({ build: 'image' });
  });

  test('a skip stays as it was decided, and does not make what took it as nothing run again', () => {
    const { decisions, again } = rerun(release, { scan: 'isSkipped', notify: 'fails' });
    expect(actionsOf(decisions)).toMatchObject({ scan: 'reuse', deploy: 'reuse', notify: 'rerun' });
    expect(statesOf(again.scheduler)).toMatchObject({ scan: 'skipped', deploy: 'succeeded', notify: 'succeeded' });
  });

  test('what a run was doing when it was terminated runs again', () => {
    const { again } = rerun(release, { deploy: 'neverEnds' });
    expect(again.dispatched).toEqual(['deploy', 'notify']);
  });

  test('of a run in which all has succeeded nothing runs again', () => {
    expect(rerun(release, {}).again.dispatched).toEqual([]);
  });

  test('a second rerun goes on from the first', () => {
    const first = rerun(release, { unit: 'fails' }, {}, { deploy: 'fails' }).again;
    const { again } = rerun(release, first, {});
    expect(again.dispatched).toEqual(['deploy', 'notify']);
  });
});

describe('from named tasks', () => {
  test('they run again with all that is downstream, and so does what had failed', () => {
    const { again } = rerun(release, { lint: 'fails' }, { from: ['deploy'] });
    expect([...again.dispatched].sort()).toEqual(['deploy', 'lint', 'notify']);
  });

  test('names that are not there are found', () => {
    const plan = compile(release);
    const { scheduler: old } = playRun(plan);
    expect(unknownIds({ from: ['build', 'bild', 'build[0]'], plan, old })).toEqual(['bild', 'build[0]']);
  });
});

test('another input makes everything run again', () => {
  const { decisions, again } = rerun(release, {}, { isInputChanged: true });
  expect(whyOf(decisions)).toMatchObject({ build: 'the input has changed', notify: 'the input has changed' });
  expect(again.dispatched).toHaveLength(6);
});

describe('of a map', () => {
  const smoke = workflow('smoke-tests', {}, ({ task, map }) => {
    const build = task('build', { run });
    const smoke = map('smoke', { needs: { build }, over: () => ['eu', 'us', 'as'], run });
    task('deploy', { needs: { smoke }, run });
  });
  const items: Outcome = { output: ['eu', 'us', 'as'] };

  test('only the items that have not succeeded run again, and its items are not asked for', () => {
    const { decisions, again } = rerun(smoke, { smoke: items, 'smoke[1]': 'fails' });
    expect(decisions[1]).toMatchObject({ action: 'rerun', items: { total: 3, rerun: [1] } });
    expect(again.dispatched).toEqual(['smoke[1]', 'deploy']);
    expect(again.scheduler.tasks[1]?.output).toEqual(['smoke[0]', 'smoke[1]', 'smoke[2]']);
  });

  test('an item that is named runs again, though the map has succeeded', () => {
    const { again } = rerun(smoke, { smoke: items }, { from: ['smoke[2]'] });
    expect(again.dispatched).toEqual(['smoke[2]', 'deploy']);
  });

  test('all of it runs again when it is named itself, or something that it needs', () => {
    for (const from of [['smoke'], ['build']]) {
      const { again } = rerun(smoke, { smoke: items }, { from }, { smoke: items });
      expect(again.dispatched).toEqual(expect.arrayContaining(['smoke', 'smoke[0]', 'smoke[1]', 'smoke[2]', 'deploy']));
    }
  });

  test('all of it runs again if its items were never known', () => {
    const { decisions } = rerun(smoke, { smoke: 'fails' });
    expect(decisions[1]).not.toHaveProperty('items');
  });

  test('items of a rerun can be run again', () => {
    const first = rerun(smoke, { smoke: items, 'smoke[1]': 'fails' }, {}, { deploy: 'fails' }).again;
    const { again } = rerun(smoke, first, { from: ['smoke[0]'] });
    expect(again.dispatched).toEqual(['smoke[0]', 'deploy']);
  });

  test('of which more than 1,000 items are split over child workflows, a child begins with what was known of its items', () => {
    const many = { output: Array.from({ length: 1_500 }, (_, item) => item) };
    const old = playRun(compile(smoke), {
      smoke: many,
      'smoke[0..999]': shard(1_000, 7),
      'smoke[1000..1499]': shard(500),
    });
    const { decisions, again } = rerun(smoke, old, {}, { 'smoke[0..999]': shard(1_000) });
    expect(decisions[1]?.items).toEqual({ total: 1_500, rerun: [7] });
    expect(again.dispatched).toEqual(['smoke[0..999]', 'deploy']);
  });

  test('which is large carries less of its items: not their times, and nothing of a map that is reused as a whole', () => {
    const many = { output: Array.from({ length: 1_500 }, (_, item) => item) };
    const shards = { smoke: many, 'smoke[0..999]': shard(1_000, 7), 'smoke[1000..1499]': shard(500) };
    const { scheduler: old } = playRun(compile(smoke), shards);
    const decisions = decideRerun({ old, plan: old.plan, from: 'failed', isInputChanged: false, misfits: new Map() });
    const states = RERUN_EXTENTS.map((extent) => rerunState({ old, plan: old.plan }, decisions, 0, extent));
    const [all = 0, noTimes = 0, least = 0] = states.map((state) => JSON.stringify(state).length);
    expect(noTimes).toBeLessThan(all);
    expect(least).toBe(noTimes); // it is not reused as a whole
    for (const state of states) {
      const { dispatched } = playRun(old.plan, { 'smoke[0..999]': shard(1_000) }, state);
      expect(dispatched).toEqual(['smoke[0..999]', 'deploy']);
    }
    const reused = decideRerun({ old, plan: old.plan, from: [], isInputChanged: false, misfits: new Map() }).map(
      (decision) => ({ ...decision, action: 'reuse' as const }),
    );
    expect(rerunState({ old, plan: old.plan }, reused, 0, 'least').maps).toEqual({});
  });

  /** What a shard's run returns, with one item failed. */
  function shard(size: number, failed?: number): Outcome {
    const states = Array.from({ length: size }, (_, item) => (item === failed ? 'f' : 's')).join('');
    const none = new Array<null>(size).fill(null);
    return {
      output: {
        outputs: none,
        items: { states, attempts: {}, scheduled: none, settled: none, causes: {} },
        failed: failed === undefined ? 0 : 1,
        reasons: failed === undefined ? [] : [`smoke[${failed}]: broke`],
        startedAt: 0,
      },
    };
  }
});

describe('of a resource', () => {
  const database = workflow('database', {}, ({ task, resource }) => {
    const server = resource('server', { create: run, destroy: () => {} });
    const db = resource('db', { needs: { server }, create: run, destroy: () => {} });
    task('read', { needs: { db }, run });
    const write = task('write', { needs: { db }, run });
    task('report', { needs: { write }, run });
  });

  test('it is created anew if something that needs it runs again, with what it needs, and without the others', () => {
    const { decisions, again } = rerun(database, { write: 'fails' });
    expect(actionsOf(decisions)).toEqual({
      server: 'rerun',
      db: 'rerun',
      read: 'reuse',
      write: 'rerun',
      report: 'rerun',
    });
    const made = again.dispatched.filter((id) => !id.endsWith(':destroy'));
    expect(made).toEqual(['server', 'db', 'write', 'report']);
    expect(again.dispatched).toEqual(expect.arrayContaining(['db:destroy', 'server:destroy']));
  });

  test('it stays gone if nothing that needs it runs again', () => {
    const { decisions, again } = rerun(database, { report: 'fails' });
    expect(whyOf(decisions)).toMatchObject({ db: 'nothing that needs it runs again' });
    expect(again.dispatched).toEqual(['report']);
    expect(again.scheduler.outcome).toBe('completed');
  });

  test('its destroy is tried again if that is what had failed', () => {
    const { again } = rerun(database, { 'db:destroy': 'fails' });
    expect(again.dispatched).toEqual(['db:destroy']);
    expect(again.scheduler.outcome).toBe('completed');
  });

  test('what needs it runs again with what the resource itself needs', () => {
    const { again } = rerun(database, {}, { from: ['server'] });
    expect(again.dispatched).toEqual(expect.arrayContaining(['server', 'db', 'read', 'write', 'report']));
  });
});

test('a task that was compensated runs again', () => {
  const trip = workflow('trip', {}, ({ task }) => {
    const flight = task('flight', { run, compensate: () => {} });
    task('hotel', { needs: { flight }, run });
  });
  const { decisions, again } = rerun(trip, { hotel: 'fails' });
  expect(whyOf(decisions)).toMatchObject({ flight: 'it was compensated' });
  expect(again.dispatched).toEqual(['flight', 'hotel']);
});

test('a subworkflow that failed runs again as a whole', () => {
  const child = workflow('child', {}, ({ task }) => ({ one: task('one', { run }) }));
  const parent = workflow('parent', {}, ({ task, subworkflow }) => {
    const build = task('build', { run });
    subworkflow('eu', child, { needs: { build } });
  });
  expect(rerun(parent, { eu: 'fails' }).again.dispatched).toEqual(['eu']);
});

test('onFinish runs in every run', () => {
  const notified = workflow('notified', {}, ({ task, onFinish }) => {
    task('build', { run });
    task('unit', { run });
    onFinish('notify', { run: () => {} });
  });
  const { again } = rerun(notified, { unit: 'fails' });
  expect(again.dispatched).toEqual(['unit', 'notify']);
  expect(again.scheduler.outcome).toBe('completed');
});

test('in waves, a rerun keeps to them', () => {
  const waves = workflow('waves', { scheduling: 'waves' }, ({ task }) => {
    const a = task('a', { run });
    const b = task('b', { run });
    task('c', { needs: { a }, run });
    task('d', { needs: { b }, run });
  });
  expect(rerun(waves, { b: 'fails' }).again.dispatched).toEqual(['b', 'd']);
});

describe('with the latest definition', () => {
  const old = workflow('release', {}, ({ task }) => {
    const build = task('build', { run, version: '1' });
    const unit = task('unit', { needs: { build }, run, startToCloseTimeout: '1m' });
    task('deploy', { needs: { unit }, run });
  });

  test('a task is reused if nothing of it has changed, wherever it stands now', () => {
    const latest = workflow('release', {}, ({ task }) => {
      const lint = task('lint', { run });
      const build = task('build', { run, version: '1', title: 'Build' });
      const unit = task('unit', { needs: { build }, run, startToCloseTimeout: 60_000 });
      task('deploy', { needs: { lint, unit }, run });
    });
    const { decisions, again } = rerun(old, {}, { latest });
    expect(actionsOf(decisions)).toEqual({ lint: 'rerun', build: 'reuse', unit: 'reuse', deploy: 'rerun' });
    expect(whyOf(decisions)).toMatchObject({ lint: 'it is new', deploy: 'changed: needs' });
    expect(again.dispatched).toEqual(['lint', 'deploy']);
  });

  test.each([
    ['version', { version: '2' }],
    ['options', { retry: { maximumAttempts: 7 } }],
    ['options', { allowFailure: true }],
  ] as const)('a changed %s makes it run again, with what is downstream', (part, change) => {
    const latest = workflow('release', {}, ({ task }) => {
      const build = task('build', { run, version: '1', ...change });
      const unit = task('unit', { needs: { build }, run, startToCloseTimeout: '1m' });
      task('deploy', { needs: { unit }, run });
    });
    const { decisions } = rerun(old, {}, { latest });
    expect(whyOf(decisions)).toMatchObject({ build: `changed: ${part}`, unit: "it needs 'build', which runs again" });
  });

  test('an output that does not fit the new schema makes its task run again', () => {
    const misfits = new Map([['unit', 'unit: expected string']]);
    const { decisions } = rerun(old, {}, { latest: old, misfits });
    expect(whyOf(decisions)).toMatchObject({
      build: 'it has succeeded',
      unit: 'its output does not fit the schema any more: unit: expected string',
    });
  });

  test('a skip still names what it follows from, where that stands elsewhere now', () => {
    const skipping = (isFirst: boolean) =>
      workflow('release', {}, ({ task }) => {
        if (isFirst) task('aaa', { run });
        const scan = task('scan', { when: () => true, run });
        const report = task('report', { needs: { scan }, run });
        task('deploy', { needs: { report: optional(report) }, run });
      });
    const { again } = rerun(skipping(false), { scan: 'isSkipped' }, { latest: skipping(true) });
    const { scheduler } = again;
    const scan = scheduler.indexOf('scan') ?? -1;
    expect(scheduler.tasks[scheduler.indexOf('report') ?? -1]?.cause).toEqual({
      kind: 'upstreamSkipped',
      root: scan,
      from: scan,
    });
  });
});

/** Plays a run of the definition, or takes one, and its rerun. */
function rerun(
  definition: WorkflowDefinition,
  old: Readonly<Record<string, Outcome>> | PlayedRun,
  request: Partial<RerunRequest> & { readonly latest?: WorkflowDefinition } = {},
  outcomes: Readonly<Record<string, Outcome>> = {},
) {
  const { scheduler } = 'scheduler' in old ? (old as PlayedRun) : playRun(compile(definition), old);
  const { latest, from = 'failed', isInputChanged = false, misfits = new Map() } = request;
  const plan = latest === undefined ? scheduler.plan : { ...compile(latest) };
  const decisions = decideRerun({ old: scheduler, plan, from, isInputChanged, misfits });
  const state = JSON.parse(JSON.stringify(rerunState({ old: scheduler, plan }, decisions, 0)));
  return { decisions, again: playRun(plan, outcomes, state) };
}

type Decisions = ReturnType<typeof decideRerun>;

function actionsOf(decisions: Decisions) {
  return Object.fromEntries(decisions.map(({ id, action }) => [id, action]));
}

function whyOf(decisions: Decisions) {
  return Object.fromEntries(decisions.map(({ id, why }) => [id, why]));
}
