import { expect, test } from 'vitest';
import { graphOf } from '../../src/core/graph.js';
import { ResourceUse } from '../../src/core/resource-use.js';
import { planOf } from '../model/arbitrary-plan.js';

const [db, token, test1, test2, report] = [0, 1, 2, 3, 4];
const plan = planOf(
  { db: [], token: [], test1: ['db'], test2: ['db', 'token'], report: ['test1'] },
  { kinds: { db: { kind: 'resource' }, token: { kind: 'resource' } } },
);
const use = () => new ResourceUse(plan, graphOf(plan));

test('a resource is used until all that need it have settled', () => {
  const uses = use();
  expect(uses.settle(test1)).toEqual([]);
  expect(uses.isUsed(db)).toBe(true);
  expect(uses.settle(test2)).toEqual([db, token]);
  expect(uses.isUsed(db)).toBe(false);
});

test('what needs a resource only through others does not keep it', () => {
  const uses = use();
  uses.settle(test2);
  expect(uses.settle(test1)).toEqual([db]);
});

test('a task is no resource, though nobody needs it any more', () => {
  expect(use().settle(report)).toEqual([]);
});

test('a resource that nobody needs is not used', () => {
  const alone = planOf({ db: [] }, { kinds: { db: { kind: 'resource' } } });
  expect(new ResourceUse(alone, graphOf(alone)).isUsed(0)).toBe(false);
});

test('a resource that is needed under two names is used until that task has settled', () => {
  const twice = planOf({ db: [], test: { reader: 'db', writer: 'db' } }, { kinds: { db: { kind: 'resource' } } });
  expect(new ResourceUse(twice, graphOf(twice)).settle(1)).toEqual([0]);
});
