import { describe, expect, test } from 'vitest';
import type { SchedulerCommand } from '../../src/core/command.js';
import { Dispatcher } from '../../src/core/dispatcher.js';
import { graphOf } from '../../src/core/graph.js';
import { mapItems } from '../../src/core/map-progress.js';
import type { TaskOrchestrator } from '../../src/core/task-orchestrator.js';
import { Units } from '../../src/core/units.js';
import { type PlanSettings, planOf } from '../model/arbitrary-plan.js';

describe('what is ready', () => {
  test('is started in its order, as far as there are places', () => {
    const { dispatcher, admit, started } = dispatcherOf({ a: [], b: [], c: [] }, { maxConcurrentTasks: 2 });
    admit('b', 'a', 'c');
    expect(started()).toEqual(['b', 'a']);
    expect(dispatcher.inFlight).toBe(2);
  });

  test('is started when a place is left', () => {
    const { dispatcher, admit, started, unit } = dispatcherOf({ a: [], b: [] }, { maxConcurrentTasks: 1 });
    admit('a', 'b');
    started();
    dispatcher.leaveFlight(unit('a'));
    expect(started()).toEqual(['b']);
  });

  test('is started once, though it is admitted twice', () => {
    const { admit, started } = dispatcherOf({ a: [] });
    admit('a', 'a');
    expect(started()).toEqual(['a']);
  });

  test('is not started any more when it has settled meanwhile', () => {
    const { admit, started, unit } = dispatcherOf({ a: [], b: [] });
    admit('a', 'b');
    unit('a').settle('skipped', 0, { kind: 'condition' });
    expect(started()).toEqual(['b']);
  });

  test('waits while the run is paused, or drained', () => {
    const { dispatcher, admit, started } = dispatcherOf({ a: [] });
    admit('a');
    dispatcher.isPaused = true;
    expect(started()).toEqual([]);
    dispatcher.isPaused = false;
    dispatcher.isDraining = true;
    expect(started()).toEqual([]);
    dispatcher.isDraining = false;
    expect(started()).toEqual(['a']);
  });

  test('is not admitted before its needs let it run', () => {
    const { dispatcher, started, unit } = dispatcherOf({ a: [] });
    dispatcher.admit(unit('a'));
    expect(started()).toEqual([]);
  });
});

describe('a dispatch', () => {
  test('has the attempts that its retry allows', () => {
    const { admit, commands } = dispatcherOf({ a: [] });
    admit('a');
    expect(commands()).toEqual([
      { kind: 'startTask', task: 0, dispatch: 1, call: 'run', attemptsUsed: 0, attemptsLeft: 3 },
    ]);
  });

  test('starts a child workflow, where that is the step', () => {
    const { admit, commands } = dispatcherOf({ a: [] }, { kinds: { a: { kind: 'subworkflow', child: 0 } } });
    admit('a');
    expect(commands()).toEqual([{ kind: 'startChild', task: 0, dispatch: 1 }]);
  });
});

describe('a wait', () => {
  const gate = { kinds: { gate: { kind: 'approval' } } } as const;

  test('needs no place', () => {
    const { dispatcher, admit, started } = dispatcherOf({ a: [], gate: [] }, { ...gate, maxConcurrentTasks: 1 });
    admit('a', 'gate');
    expect(dispatcher.takeWaits()).toHaveLength(1);
    expect(started()).toEqual(['a']);
  });

  test('begins in a paused run', () => {
    const { dispatcher, admit } = dispatcherOf({ gate: [] }, gate);
    dispatcher.isPaused = true;
    admit('gate');
    expect(dispatcher.takeWaits()).toHaveLength(1);
  });

  test('is taken once', () => {
    const { dispatcher, admit } = dispatcherOf({ gate: [] }, gate);
    admit('gate');
    dispatcher.takeWaits();
    expect(dispatcher.takeWaits()).toEqual([]);
  });
});

describe('items', () => {
  const mapOf = (concurrency: number, maxConcurrentTasks = 500) => {
    const kinds = { map: { kind: 'map', map: { concurrency } } } as const;
    const run = dispatcherOf({ map: [] }, { kinds, maxConcurrentTasks });
    const map = run.units.addMap(0, mapItems(['a', 'b', 'c', 'd'], { concurrency }));
    run.dispatcher.admitParts(map);
    return { ...run, map };
  };

  test('are started as far as their map allows', () => {
    expect(mapOf(2).started()).toEqual(['map[0]', 'map[1]']);
  });

  test('are started as far as the run allows', () => {
    expect(mapOf(3, 2).started()).toEqual(['map[0]', 'map[1]']);
  });

  test('take the place of one that has ended', () => {
    const { dispatcher, map, started } = mapOf(1);
    started();
    const [first] = map.parts;
    first?.land(1);
    first?.settle('succeeded', 0);
    if (first !== undefined) dispatcher.leaveFlight(first);
    expect(started()).toEqual(['map[1]']);
  });

  test('do not block their map, when one of them was skipped before it started', () => {
    const { map, started } = mapOf(1);
    map.parts[0]?.settle('skipped', 0, { kind: 'operator', verb: 'skip', actor: 'anna' });
    started();
    expect(started()).toEqual([]);
    expect(map.parts.map(({ state }) => state)).toEqual(['skipped', 'running', 'pending', 'pending']);
  });
});

describe('with waves', () => {
  const waves = { scheduling: 'waves' } as const;

  test('what is ready waits for the wave before', () => {
    const { dispatcher, admit, started } = dispatcherOf({ a: [], b: [], c: ['a'] }, waves);
    admit('a', 'b', 'c');
    expect(started()).toEqual(['a', 'b']);
    dispatcher.settle(0);
    expect(started()).toEqual([]);
    dispatcher.settle(1);
    expect(started()).toEqual(['c']);
  });

  test('what undoes a task waits for no wave', () => {
    const { dispatcher, units, started } = dispatcherOf(
      { a: [], b: ['a'] },
      { ...waves, kinds: { b: { compensate: true } } },
    );
    dispatcher.admit(units.addUndo(1));
    expect(started()).toEqual(['b:compensate']);
  });
});

function dispatcherOf(edges: Parameters<typeof planOf>[0], settings: PlanSettings = {}) {
  const plan = planOf(edges, settings);
  const units = new Units(plan);
  const dispatcher = new Dispatcher(units, graphOf(plan));
  const unit = (id: string): TaskOrchestrator => units.task(units.indexOf(id) ?? -1);
  const commands = () => {
    const given: SchedulerCommand[] = [];
    dispatcher.dispatchReady(0, given);
    return given;
  };
  return {
    units,
    dispatcher,
    unit,
    commands,
    admit: (...ids: string[]) => {
      for (const id of ids) {
        unit(id).trigger();
        dispatcher.admit(unit(id));
      }
    },
    started: () => commands().map((command) => ('task' in command ? units.idOf(command) : command.kind)),
  };
}
