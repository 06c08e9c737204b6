import { expect, test } from 'vitest';
import { workflow } from '../../src/index.js';
import { dispatchesIn, historyOf } from '../support/run-history.js';
import { statesOf, taskOf, waitForState } from '../support/snapshots.js';
import { connectEngine, withWorker } from '../support/worker-and-engine.js';

let isBroken = true;

const release = workflow('release', { onFailure: 'hold' }, ({ task, group }) => {
  const build = task('build', { run: () => 'image' });
  const eu = group('eu', ({ task, group }) => {
    const deploy = task('deploy', { needs: { build }, run: ({ build }, { task }) => `${task}: ${build}` });
    const checks = group('checks', ({ task, map }) => {
      const ping = task('ping', {
        needs: { deploy },
        retry: { maximumAttempts: 1 },
        run: () => {
          if (isBroken) throw new Error('no route');
          return 'pong';
        },
      });
      const smoke = map('smoke', { needs: { deploy }, over: () => [0, 1], run: (_, { task }) => task });
      return { ping, smoke };
    });
    return { deploy, ...checks };
  });
  return { deploy: eu.deploy, smoke: eu.smoke, report: task('report', { needs: { ping: eu.ping }, run: () => 'ok' }) };
});

test('the names of groups stand before the ids of their nodes, in Temporal and wherever a node is named', async () => {
  isBroken = true;
  await using engine = await connectEngine();
  const run = await engine.start(release);
  await withWorker(engine, [release], async () => {
    await waitForState(run, 'eu.checks.ping', 'held');
    await waitForState(run, 'eu.checks.smoke', 'succeeded');
    expect(statesOf(await run.status())).toEqual({
      build: 'succeeded',
      'eu.deploy': 'succeeded',
      'eu.checks.ping': 'held',
      'eu.checks.smoke': 'succeeded',
      report: 'pending',
    });
    expect(taskOf(await run.status(), 'eu.checks.ping').needs).toEqual(['eu.deploy']);
    expect(await run.explain('report')).toContain('eu.checks.ping is held: it failed: no route');
    expect((await run.status({ items: 'eu.checks.smoke', from: 1 })).items).toMatchObject([
      { id: 'eu.checks.smoke[1]' },
    ]);

    isBroken = false;
    await run.task('eu.checks.ping').retry();
    expect(await run.result()).toEqual({
      deploy: 'eu.deploy: image',
      smoke: ['eu.checks.smoke[0]', 'eu.checks.smoke[1]'],
      report: 'ok',
    });
  });

  const dispatches = [...dispatchesIn(await historyOf(engine, run))];
  const types = Object.fromEntries(dispatches.map(([id, { activityType }]) => [id, activityType?.name]));
  expect(types).toEqual({
    build: 'release.build',
    'eu.deploy': 'release.eu.deploy',
    'eu.checks.ping': 'release.eu.checks.ping',
    'eu.checks.ping#2': 'release.eu.checks.ping',
    'eu.checks.smoke': 'release.eu.checks.smoke',
    'eu.checks.smoke[0]': 'release.eu.checks.smoke',
    'eu.checks.smoke[1]': 'release.eu.checks.smoke',
    report: 'release.report',
  });
});

test('a group means nothing else: nodes need each other across groups, and a failure in one leaves the others alone', async () => {
  const definition = workflow('release', {}, ({ group }) => {
    const eu = group('eu', ({ task }) => ({
      deploy: task('deploy', {
        retry: { maximumAttempts: 1 },
        allowFailure: true,
        run: () => {
          throw new Error('no quota');
        },
      }),
      mail: task('mail', { run: () => 'sent' }),
    }));
    return group('us', ({ task }) => ({
      deploy: task('deploy', { needs: { mail: eu.mail }, run: ({ mail }) => mail }),
    }));
  });
  await using engine = await connectEngine();
  const run = await engine.start(definition);
  await withWorker(engine, [definition], async () => expect(await run.result()).toEqual({ deploy: 'sent' }));
  expect(statesOf(await run.status())).toEqual({
    'eu.deploy': 'failed',
    'eu.mail': 'succeeded',
    'us.deploy': 'succeeded',
  });
});
