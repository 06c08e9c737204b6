import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explainInvalidId, explainInvalidName } from '../../src/core/names.js';

// Which names are refused, and in which words, is in compile.test.ts.

test('an accepted name is never found in an object that does not have it', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      fc.pre(explainInvalidName(name) === undefined);
      expect(name in {}).toBe(false);
      expect(Object.keys({ [name]: 1 })).toEqual([name]);
    }),
  );
});

test('accepted names make an activity type, an activity id and a path of which the parts can be told', () => {
  fc.assert(
    fc.property(anyName, anyName, (workflow, task) => {
      fc.pre(explainInvalidName(workflow) === undefined && explainInvalidName(task) === undefined);
      expect(`${workflow}.${task}`.split('.')).toEqual([workflow, task]);
      expect(`${task}#2`.split('#')[0]).toBe(task);
      expect(encodeURIComponent(`${workflow}/${task}`)).toBe(`${workflow}%2F${task}`);
    }),
  );
});

test('an accepted id is names joined by dots, of which the workflow in an activity type can be told', () => {
  fc.assert(
    fc.property(anyName, fc.array(anyName, { minLength: 1, maxLength: 4 }), (workflow, names) => {
      const id = names.join('.');
      fc.pre(explainInvalidName(workflow) === undefined && explainInvalidId(id) === undefined);
      expect(id.length).toBeLessThanOrEqual(100);
      expect(id.split('.').map(explainInvalidName)).toEqual(id.split('.').map(() => undefined));
      const [first, ...rest] = `${workflow}.${id}`.split('.');
      expect([first, rest.join('.')]).toEqual([workflow, id]);
    }),
  );
});

test('an id without a dot is accepted as a name is, and refused in the same words', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      fc.pre(!name.includes('.'));
      expect(explainInvalidId(name)).toBe(explainInvalidName(name));
    }),
  );
});

const anyName = fc.oneof(
  fc.string(),
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,110}$/),
  fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype), 'default', 'pawl', 'length', 'name', 'then'),
);
