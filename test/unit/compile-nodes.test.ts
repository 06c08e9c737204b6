import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PROTOCOL } from '../../src/core/protocol.js';
import { readPlan } from '../../src/core/read-plan.js';
import { compile, type WorkflowDefinition, workflow } from '../../src/index.js';
import { everyKind } from '../support/every-kind.js';
import { isoDate } from '../support/iso-date.js';
import { releaseWorkflow } from '../support/release-workflow.js';

const regions = ['eu', 'us'];
const child = workflow('child', { input: z.object({ name: z.string() }) }, ({ task }) => ({
  at: task('at', { output: isoDate, run: () => new Date() }),
}));
const tidy = workflow('tidy', {}, ({ task }) => void task('sweep', { run: () => {} }));

/** The nodes of a plan without what all have. */
function nodesOf(definition: WorkflowDefinition) {
  return compile(definition).tasks.map(({ options: _, ...node }) => node);
}

describe('the plan of', () => {
  test('a task has whether it can be compensated, and its version as text', () => {
    const definition = workflow('w', {}, ({ task }) => {
      task('a', { run: () => 1, compensate: () => {}, version: 3 });
      task('b', { run: () => 1, version: 'second' });
    });
    expect(nodesOf(definition)).toEqual([
      { id: 'a', kind: 'task', needs: [], compensate: true, version: '3' },
      { id: 'b', kind: 'task', needs: [], version: 'second' },
    ]);
  });

  test('a map has how many items run at once and may fail', () => {
    const definition = workflow('w', {}, ({ map }) => {
      map('a', { over: () => regions, run: () => 1 });
      map('b', { over: () => regions, concurrency: 4, tolerate: 3, output: z.number(), run: () => 1 });
      map('c', { over: () => regions, tolerate: '2.5%', run: () => 1 });
      map('d', { over: () => regions, tolerate: 0, when: () => true, run: () => 1 });
    });
    expect(nodesOf(definition)).toEqual([
      { id: 'a', kind: 'map', needs: [], map: {} },
      {
        id: 'b',
        kind: 'map',
        needs: [],
        outputSchema: expect.any(String),
        map: { concurrency: 4, tolerate: { count: 3 } },
      },
      { id: 'c', kind: 'map', needs: [], map: { tolerate: { percent: 2.5 } } },
      { id: 'd', kind: 'map', needs: [], map: { tolerate: { count: 0 } } },
    ]);
  });

  test('a subworkflow has whether a worker is asked, and the plan of its child, once for all who run it', () => {
    const definition = workflow('w', {}, ({ subworkflow, map }) => {
      subworkflow('a', tidy);
      subworkflow('b', child, { with: () => ({ name: 'x' }) });
      subworkflow('c', tidy, { when: () => true });
      map('d', { over: () => [{ name: 'x' }], workflow: child });
    });
    expect(nodesOf(definition)).toEqual([
      { id: 'a', kind: 'subworkflow', needs: [], child: 0 },
      { id: 'b', kind: 'subworkflow', needs: [], asks: true, child: 1 },
      { id: 'c', kind: 'subworkflow', needs: [], asks: true, child: 0 },
      { id: 'd', kind: 'map', needs: [], map: {}, child: 1 },
    ]);
    expect(compile(definition).children).toEqual([compile(tidy), compile(child)]);
  });

  test('a wait has for how long, what happens then, and whether a worker is asked', () => {
    const definition = workflow('w', {}, ({ approval, event }) => {
      approval('a');
      approval('b', { timeout: '24h', onTimeout: 'fail', when: () => true });
      approval('c', { timeout: 5, onTimeout: 'skip' });
      event('d', { schema: isoDate, timeout: '1s', onTimeout: { value: new Date(0) } });
      event('e', { schema: z.string().optional(), timeout: '1s', onTimeout: { value: undefined } });
    });
    expect(nodesOf(definition)).toEqual([
      { id: 'a', kind: 'approval', needs: [], wait: {} },
      { id: 'b', kind: 'approval', needs: [], asks: true, wait: { timeout: 86_400_000 } },
      { id: 'c', kind: 'approval', needs: [], wait: { timeout: 5, onTimeout: 'skip' } },
      {
        id: 'd',
        kind: 'event',
        needs: [],
        outputSchema: expect.any(String),
        wait: { timeout: 1_000, onTimeout: { value: '1970-01-01T00:00:00.000Z' } },
      },
      {
        id: 'e',
        kind: 'event',
        needs: [],
        outputSchema: expect.any(String),
        wait: { timeout: 1_000, onTimeout: { value: null } },
      },
    ]);
  });

  test('a sleep has for how long, or until when', () => {
    const definition = workflow('w', {}, ({ sleep }) => {
      sleep('a', '10m');
      sleep('b', new Date(5_000), { when: () => true });
      sleep('c', new Date(-5_000));
    });
    expect(nodesOf(definition)).toEqual([
      { id: 'a', kind: 'sleep', needs: [], wait: { duration: 600_000 } },
      { id: 'b', kind: 'sleep', needs: [], asks: true, wait: { until: 5_000 } },
      { id: 'c', kind: 'sleep', needs: [], wait: { until: 0 } },
    ]);
  });

  test('a resource has its kind, and the options of its activities', () => {
    const definition = workflow('w', {}, ({ resource }) => {
      resource('db', { create: () => 'url', destroy: () => {}, allowFailure: true, retry: { maximumAttempts: 7 } });
    });
    expect(nodesOf(definition)).toEqual([{ id: 'db', kind: 'resource', needs: [], allowFailure: true }]);
    expect(compile(definition).options).toMatchObject([{ retry: { maximumAttempts: 7 } }]);
  });

  test('onFinish is the last of the tasks, wherever it was declared', () => {
    const definition = workflow('w', {}, ({ task, onFinish }) => {
      onFinish('notify', { run: () => {}, title: 'Tell everybody' });
      const build = task('build', { run: () => 1 });
      task('unit', { needs: { build }, run: () => 1 });
    });
    const plan = compile(definition);
    expect(plan.tasks.map(({ id, needs }) => [id, needs])).toEqual([
      ['build', []],
      ['unit', [0]],
      ['notify', []],
    ]);
    expect(plan.tasks[2]).toMatchObject({ kind: 'finish', title: 'Tell everybody' });
    expect(plan.finish).toBe(2);
  });

  test('a workflow has how long a task is held, and when it is compensated', () => {
    const settings = { onFailure: 'hold', holdTimeout: '1h', compensateOn: ['cancelled'] } as const;
    const definition = workflow('w', settings, ({ task }) => void task('a', { run: () => 1 }));
    expect(compile(definition)).toMatchObject({
      onFailure: 'hold',
      holdTimeout: 3_600_000,
      compensateOn: ['cancelled'],
    });
  });

  test('a workflow that is compensated either way says nothing of it, in whatever order it is written', () => {
    const ends = [['failed', 'cancelled'], ['cancelled', 'failed'], undefined] as const;
    const hashes = ends.map((compensateOn) => {
      const settings = compensateOn === undefined ? {} : { compensateOn };
      return compile(workflow('w', settings, ({ task }) => void task('a', { run: () => 1 }))).hash;
    });
    expect(new Set(hashes).size).toBe(1);
  });

  test('every kind comes back from JSON as one that can be run', () => {
    const plan = compile(everyKind());
    expect(readPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });
});

describe('the ids in a group', () => {
  test('have its name before them, and groups nest', () => {
    const definition = workflow('w', {}, ({ task, group }) => {
      const build = task('build', { run: () => 1 });
      const { deploy } = group('eu', ({ task, group, map, subworkflow, sleep }) => {
        group('north', ({ approval, event, resource }) => {
          approval('go');
          event('sent', { schema: z.number() });
          resource('db', { create: () => 1, destroy: () => {} });
        });
        map('smoke', { over: () => regions, run: () => 1 });
        subworkflow('tidy', tidy);
        sleep('pause', 1);
        return { deploy: task('deploy', { needs: { build }, run: () => 1 }) };
      });
      expect(deploy.id).toBe('eu.deploy');
      task('after', { needs: { deploy }, run: () => 1 });
      return { deployed: deploy };
    });
    const plan = compile(definition);
    expect(plan.tasks.map(({ id }) => id)).toEqual([
      'build',
      'eu.north.go',
      'eu.north.sent',
      'eu.north.db',
      'eu.smoke',
      'eu.tidy',
      'eu.pause',
      'eu.deploy',
      'after',
    ]);
    expect(plan.tasks[8]).toMatchObject({ needs: [7], as: ['deploy'] });
    expect(plan.outputs).toEqual({ deployed: 7 });
  });

  test('may be the same in two groups', () => {
    const definition = workflow('w', {}, ({ group }) => {
      for (const region of regions) group(region, ({ task }) => task('deploy', { run: () => 1 }));
    });
    expect(compile(definition).tasks.map(({ id }) => id)).toEqual(['eu.deploy', 'us.deploy']);
  });
});

test('the protocol of a plan is always the present one: older workers store nothing', () => {
  expect(compile(releaseWorkflow()).protocol).toBe(PROTOCOL);
});

describe('the hash of a plan', () => {
  test('changes with what a child is', () => {
    const parent = (seconds: number) => {
      const inner = workflow('inner', {}, ({ sleep }) => void sleep('a', seconds * 1_000));
      return workflow('w', {}, ({ subworkflow }) => void subworkflow('a', inner));
    };
    expect(compile(parent(1)).hash).not.toBe(compile(parent(2)).hash);
    expect(compile(parent(1)).hash).toBe(compile(parent(1)).hash);
  });
});
