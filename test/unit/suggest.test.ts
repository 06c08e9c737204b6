import { expect, test } from 'vitest';
import { suggest } from '../../src/define/suggest.js';

test.each([
  ['buld', 'build'],
  ['biuld', 'build'],
  ['Build', 'build'],
  ['maxAttempts', 'maximumAttempts'],
])('takes %s for a slip of the finger', (wrong, meant) => {
  expect(suggest(wrong, ['deploy', 'maximumAttempts', 'build'])).toBe(`did you mean '${meant}'?`);
});

test('lists what there is when nothing is near', () => {
  expect(suggest('compile', ['build', 'unit'])).toBe("there is 'build', 'unit'");
});

test('says nothing when nothing is near and the list would be long', () => {
  const many = Array.from({ length: 100 }, (_, i) => `task-${i}`);
  expect(suggest('compile', many)).toBeUndefined();
});

test('says nothing when there is nothing', () => {
  expect(suggest('compile', [])).toBeUndefined();
});
