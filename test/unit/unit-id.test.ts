import { describe, expect, test } from 'vitest';
import { dispatchId, itemId, readItemId, unitId } from '../../src/core/unit-id.js';
import { planOf } from '../model/arbitrary-plan.js';

const plan = planOf({ build: [], smoke: [], db: [] }, { kinds: { smoke: { kind: 'map' }, db: { kind: 'resource' } } });
const [build, smoke, db] = [0, 1, 2];

describe('the id of', () => {
  test('a task is its own', () => {
    expect(unitId(plan, { task: build }, undefined)).toBe('build');
  });

  test('a map is its own, also when its items are known', () => {
    expect(unitId(plan, { task: smoke }, { from: 0, count: 3, shardSize: undefined })).toBe('smoke');
  });

  test('an item has its number', () => {
    expect(unitId(plan, { task: smoke, part: 2 }, { from: 0, count: 3, shardSize: undefined })).toBe('smoke[2]');
  });

  test('an item in a shard has its number in the whole map', () => {
    expect(unitId(plan, { task: smoke, part: 2 }, { from: 1_000, count: 500, shardSize: undefined })).toBe(
      'smoke[1002]',
    );
  });

  test.for([
    [0, 'smoke[0..999]'],
    [1, 'smoke[1000..1999]'],
    [2, 'smoke[2000..2499]'],
  ] as const)('shard %i says which items it has', ([part, id]) => {
    expect(unitId(plan, { task: smoke, part }, { from: 0, count: 2_500, shardSize: 1_000 })).toBe(id);
  });

  test('a compensation says whose it is', () => {
    expect(unitId(plan, { task: build, undo: true }, undefined)).toBe('build:compensate');
  });

  test('the end of a resource is its destroy', () => {
    expect(unitId(plan, { task: db, undo: true }, undefined)).toBe('db:destroy');
  });
});

test('the first dispatch has the id of its unit, later ones are numbered', () => {
  expect([1, 2, 11].map((dispatch) => dispatchId('smoke[3]', { dispatch }))).toEqual([
    'smoke[3]',
    'smoke[3]#2',
    'smoke[3]#11',
  ]);
});

describe('an id that was written by hand', () => {
  test.for([0, 3, 99_999])('is taken apart: item %i', (item) => {
    expect(readItemId(itemId('eu.smoke', item))).toEqual({ task: 'eu.smoke', item });
  });

  test('without a number is that of a task', () => {
    expect(readItemId('eu.smoke')).toEqual({ task: 'eu.smoke', item: undefined });
  });

  test.for(['smoke[03]', 'smoke[-1]', 'smoke[1.5]', 'smoke[]', 'smoke[1', 'smoke[1][2]', '[1]', 'smoke[99999999999]'])(
    'that is malformed, %s, is taken as it is, and so found nowhere',
    (id) => {
      expect(readItemId(id)).toEqual({ task: id, item: undefined });
    },
  );
});
