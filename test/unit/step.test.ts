import { describe, expect, test } from 'vitest';
import { stepsOf } from '../../src/core/step.js';
import type { UnitRef } from '../../src/core/unit-ref.js';
import type { NodeKindSettings } from '../model/arbitrary-kinds.js';
import { planOf } from '../model/arbitrary-plan.js';

describe('the steps of', () => {
  test.for<[string, NodeKindSettings, string[]]>([
    ['a task', {}, ['run']],
    ['a resource', { kind: 'resource' }, ['run']],
    ['a map', { kind: 'map' }, ['over']],
    ['a map over a workflow', { kind: 'map', child: 0, asks: true }, ['over']],
    ['a subworkflow', { kind: 'subworkflow', child: 0 }, ['child']],
    ['a subworkflow whose input a worker makes', { kind: 'subworkflow', child: 0, asks: true }, ['with', 'child']],
    ['an approval', { kind: 'approval' }, ['wait']],
    ['an approval with a condition', { kind: 'approval', asks: true }, ['when', 'wait']],
    ['an event', { kind: 'event' }, ['wait']],
    ['a sleep', { kind: 'sleep', wait: { duration: 1 } }, ['wait']],
    ['a sleep with a condition', { kind: 'sleep', wait: { duration: 1 }, asks: true }, ['when', 'wait']],
  ])('%s', ([, settings, steps]) => {
    expect(stepsIn(settings, { task: 0 })).toEqual(steps);
  });

  test('the node at the end', () => {
    expect(stepsOf(planOf({ build: [] }, { finish: true }), { task: 1 }, false)).toEqual(['finish']);
  });

  test('an item', () => {
    expect(stepsIn({ kind: 'map' }, { task: 0, part: 3 })).toEqual(['run']);
  });

  test('an item that is the input of a child workflow', () => {
    expect(stepsIn({ kind: 'map', child: 0 }, { task: 0, part: 3 })).toEqual(['child']);
  });

  test('an item of which a worker makes the input of a child workflow', () => {
    expect(stepsIn({ kind: 'map', child: 0, asks: true }, { task: 0, part: 3 })).toEqual(['with', 'child']);
  });

  test('a shard, whatever its items are', () => {
    expect(stepsIn({ kind: 'map', child: 0, asks: true }, { task: 0, part: 3 }, true)).toEqual(['child']);
  });

  test('what undoes a task', () => {
    expect(stepsIn({ compensate: true }, { task: 0, undo: true })).toEqual(['compensate']);
  });

  test('what undoes a resource', () => {
    expect(stepsIn({ kind: 'resource' }, { task: 0, undo: true })).toEqual(['destroy']);
  });
});

function stepsIn(settings: NodeKindSettings, ref: UnitRef, isShard = false): readonly string[] {
  return stepsOf(planOf({ node: [] }, { kinds: { node: settings } }), ref, isShard);
}
