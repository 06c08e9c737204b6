import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkActivity } from '../../activities/check-activity.js';
import type { CheckRequest } from '../../src/core/protocol.js';
import { workflow } from '../../src/index.js';
import { isoDate } from '../support/iso-date.js';

const EPOCH = '1970-01-01T00:00:00.000Z';

const child = workflow('child', {}, ({ task }) => ({ at: task('only', { output: isoDate, run: () => new Date(0) }) }));
const release = workflow('release', {}, (add) => {
  const size = z.object({ size: z.number(), unit: z.string().default('MB') });
  add.task('build', { output: size, run: () => ({ size: 1, unit: 'MB' }) });
  add.task('lint', { run: () => 'clean' });
  add.map('smoke', { over: () => [1], tolerate: 1, output: size, run: () => ({ size: 1, unit: 'MB' }) });
  add.subworkflow('sub', child);
  add.event('ready', { schema: size });
  add.approval('go');
});
const check = checkActivity(new Map([[release.name, release]]));
const checked = (task: string, value: CheckRequest['value'], isItem?: true) =>
  check({ workflow: 'release', task, ...(value !== undefined && { value }), ...(isItem && { isItem }) });

describe('what fits is given back normalised', () => {
  const given = { size: 1 };
  const whole = { size: 1, unit: 'MB' };

  test.each<[string, string, CheckRequest['value'], CheckRequest['value'], true?]>([
    ["a task's output", 'build', given, whole],
    ['the value of an event', 'ready', given, whole],
    ["a map's outputs", 'smoke', [given, null], [whole, null]],
    ["an item's output", 'smoke', given, whole, true],
    ["a subworkflow's outputs", 'sub', { at: EPOCH }, { at: EPOCH }],
    ['an approval', 'go', { by: 'ada', at: EPOCH }, { by: 'ada', at: EPOCH }],
    ['any JSON, where there is no schema', 'lint', [{ a: null }], [{ a: null }]],
  ])('%s', async (_, task, value, normalised, isItem) => {
    expect(await checked(task, value, isItem)).toEqual({ status: 'valid', value: normalised });
  });

  test('nothing, where there is no schema', async () => {
    expect(await checked('lint', undefined)).toEqual({ status: 'valid' });
  });
});

describe('what does not fit is told with the path', () => {
  test.each<[string, string, CheckRequest['value'], RegExp, true?]>([
    ["a task's output", 'build', { size: 'x' }, /^output\.size: .*expected number/],
    ['nothing, where something is expected', 'build', undefined, /^output: .*expected object/],
    ['the value of an event', 'ready', { size: 'x' }, /^value\.size: .*expected number/],
    ['one of the outputs of a map', 'smoke', [{ size: 1 }, { size: 'x' }], /^output\[1\]\.size: .*expected number/],
    ['what is no array, of a map', 'smoke', { size: 1 }, /^output: expected an array, got object/],
    ["an item's output", 'smoke', { size: 'x' }, /^output\.size: .*expected number/, true],
    ["a subworkflow's output", 'sub', { at: 'never' }, /^output\.at: /],
    ['an approval of nobody', 'go', { at: EPOCH }, /^output\.by: .*expected string/],
    ['what is too large', 'lint', 'x'.repeat(2 * 1024 * 1024), /^output: it is 2\.00 MiB of JSON/],
  ])('%s', async (_, task, value, message, isItem) => {
    expect(await checked(task, value, isItem)).toEqual({ status: 'invalid', message: expect.stringMatching(message) });
  });
});

test.each([
  [{ workflow: 'relase', task: 'build' }, "this worker has no workflow 'relase'; did you mean 'release'?"],
  [
    { workflow: 'release', task: 'biuld' },
    "this worker has no task 'biuld' in workflow 'release'; did you mean 'build'?",
  ],
])('%o may be asked of another worker', async (request, message) => {
  const error: unknown = await check(request).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApplicationFailure);
  expect(error).toMatchObject({ message, nonRetryable: false });
});
