import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { workflow } from '../../src/index.js';
import { problemsOf } from '../support/definition-problems.js';
import { isoDate } from '../support/iso-date.js';
import { type LooseBuilder, looseDefinition } from '../support/loose-builder.js';

const run = () => 1;
const over = () => [1];
const nothing = () => {};
const DURATION = "write milliseconds, or a string such as '10m'";
const child = workflow('child', { input: z.object({ name: z.string() }) }, ({ task }) => void task('a', { run }));
const tidy = workflow('tidy', {}, ({ task }) => void task('a', { run }));
const asynchronous = z.number().refine(async (value) => value > 0);

type Case = readonly [
  what: string,
  build: (builder: LooseBuilder) => unknown,
  code: string,
  place: string,
  message: string,
  hint?: string,
];

const cases: readonly Case[] = [
  [
    'a compensation that is no function',
    ({ task }) => task('a', { run, compensate: true }),
    'NO_HANDLER',
    'a.compensate',
    'it is a boolean, not a function',
  ],
  [
    'a version that is neither text nor a number',
    ({ task }) => task('a', { run, version: true }),
    'INVALID_OPTION',
    'a.version',
    'true is not a version',
    'write a string or a number',
  ],
  [
    'a map over nothing',
    ({ map }) => map('a', { run }),
    'NO_HANDLER',
    'a',
    'it has no `over`',
    'write `over: (needs, ctx) => …`, which returns the items',
  ],
  [
    'a map over a list instead of a function',
    ({ map }) => map('a', { run, over: [1] }),
    'NO_HANDLER',
    'a.over',
    'it is an object, not a function',
  ],
  [
    'a map without a function',
    ({ map }) => map('a', { over }),
    'NO_HANDLER',
    'a',
    'it has none of run, load and workflow',
    'give it exactly one',
  ],
  [
    'a map with a function and a workflow',
    ({ map }) => map('a', { over, run, workflow: child }),
    'NO_HANDLER',
    'a',
    'it has more than one of run, load and workflow',
    'give it exactly one',
  ],
  [
    'a map of which no items may run',
    ({ map }) => map('a', { over, run, concurrency: 0 }),
    'INVALID_OPTION',
    'a.concurrency',
    '0 is not a number of items',
    'write 1 to 2,000',
  ],
  ...[-1, 1.5, '10', '101%', 'some', true].map(
    (tolerate): Case => [
      `a map that tolerates ${JSON.stringify(tolerate)}`,
      ({ map }) => map('a', { over, run, tolerate }),
      'INVALID_OPTION',
      'a.tolerate',
      `${JSON.stringify(tolerate)} is not a number of failures`,
      "write a number of items, or a share of them such as '10%'",
    ],
  ),
  [
    'a map that makes an input for no workflow',
    ({ map }) => map('a', { over, run, with: run }),
    'INVALID_OPTION',
    'a.with',
    'there is no workflow whose input it could make',
    'use it beside `workflow`',
  ],
  [
    'a map with a schema for what a workflow gives',
    ({ map }) => map('a', { over, workflow: child, output: z.number() }),
    'INVALID_OPTION',
    'a.output',
    'the output of an item is that of the workflow, which has its own schemas',
    'leave it out',
  ],
  [
    'a map whose items a workflow can not take',
    ({ map }) => map('a', { over, workflow: tidy }),
    'INVALID_OPTION',
    'a.workflow',
    "workflow 'tidy' takes no input",
    'write `with: () => undefined`, so that the items are not given to it',
  ],
  [
    'a map with an option of another kind',
    ({ map }) => map('a', { over, run, compensate: nothing }),
    'INVALID_OPTION',
    'a.compensate',
    "there is no option 'compensate'",
  ],
  [
    'a map with a slip in an option',
    ({ map }) => map('a', { over, run, concurency: 3 }),
    'INVALID_OPTION',
    'a.concurency',
    "there is no option 'concurency'",
    "did you mean 'concurrency'?",
  ],
  ...[undefined, 'child', {}, null].map(
    (given): Case => [
      `a subworkflow that is ${JSON.stringify(given)}`,
      ({ subworkflow }) => subworkflow('a', given),
      'INVALID_OPTION',
      'a.workflow',
      'it is not what workflow() returns',
    ],
  ),
  [
    'a subworkflow without the input that it needs',
    ({ subworkflow }) => subworkflow('a', child),
    'INVALID_OPTION',
    'a.with',
    "workflow 'child' needs an input",
    'make it with `with: (needs, ctx) => …`',
  ],
  [
    'a subworkflow with an input that is no function',
    ({ subworkflow }) => subworkflow('a', child, { with: { name: 'x' } }),
    'NO_HANDLER',
    'a.with',
    'it is an object, not a function',
  ],
  [
    'a subworkflow with options for an activity that it has not',
    ({ subworkflow }) => subworkflow('a', tidy, { retry: { maximumAttempts: 1 } }),
    'INVALID_OPTION',
    'a.retry',
    "'a' has no activity that it could be for",
    'it has one for `when` and `with`',
  ],
  [
    'an approval with options for an activity that it has not',
    ({ approval }) => approval('a', { startToCloseTimeout: '1h' }),
    'INVALID_OPTION',
    'a.startToCloseTimeout',
    "'a' has no activity that it could be for",
    'it has one for `when`',
  ],
  [
    'an approval with a timeout that is no duration',
    ({ approval }) => approval('a', { timeout: 'soon' }),
    'INVALID_OPTION',
    'a.timeout',
    '"soon" is not a duration',
    DURATION,
  ],
  [
    'an approval of which the time is never over',
    ({ approval }) => approval('a', { onTimeout: 'skip' }),
    'INVALID_OPTION',
    'a.onTimeout',
    'it never happens, since there is no timeout',
    "say when with `timeout`, such as '24h'",
  ],
  [
    'an approval that does something unknown when its time is over',
    ({ approval }) => approval('a', { timeout: 1, onTimeout: 'skipp' }),
    'INVALID_OPTION',
    'a.onTimeout',
    "\"skipp\" is neither 'fail', 'skip' nor a { value }",
    "did you mean 'skip'?",
  ],
  [
    'an approval that gives something else than an approval',
    ({ approval }) => approval('a', { timeout: 1, onTimeout: { value: { by: 3, at: '2026-01-01T00:00:00Z' } } }),
    'INVALID_OPTION',
    'a.onTimeout.value',
    'it does not fit the schema: value.by: Invalid input: expected string, received number',
  ],
  [
    'an event that gives what does not fit its schema',
    ({ event }) => event('a', { schema: z.number(), timeout: 1, onTimeout: { value: 'x' } }),
    'INVALID_OPTION',
    'a.onTimeout.value',
    'it does not fit the schema: value: Invalid input: expected number, received string',
  ],
  [
    'an event that gives what its schema can not encode',
    ({ event }) => event('a', { schema: isoDate, timeout: 1, onTimeout: { value: new Date(Number.NaN) } }),
    'INVALID_OPTION',
    'a.onTimeout.value',
    'it does not fit the schema: value: Invalid input: expected date, received Date',
  ],
  [
    'an event that gives a value of an async schema',
    ({ event }) => event('a', { schema: asynchronous, timeout: 1, onTimeout: { value: 1 } }),
    'INVALID_OPTION',
    'a.onTimeout.value',
    'its schema is async, and a definition is compiled at once',
  ],
  [
    'an event that gives what is not JSON',
    ({ event }) => event('a', { schema: z.any(), timeout: 1, onTimeout: { value: { at: [1n] } } }),
    'INVALID_OPTION',
    'a.onTimeout.value.at[0]',
    'a bigint is not JSON',
  ],
  [
    'an event without a schema',
    ({ event }) => event('a'),
    'INVALID_SCHEMA',
    'a.schema',
    'an event needs a schema',
    'z.json() takes any JSON',
  ],
  [
    'an event with something else than a schema',
    ({ event }) => event('a', { schema: 'number' }),
    'INVALID_SCHEMA',
    'a.schema',
    'it is not a schema of zod 4',
    "make it with z from 'zod', version 4",
  ],
  [
    'a sleep without a time',
    ({ sleep }) => sleep('a'),
    'INVALID_OPTION',
    'a.time',
    'undefined is not a duration',
    `${DURATION}, or a Date`,
  ],
  [
    'a sleep until an invalid date',
    ({ sleep }) => sleep('a', new Date('soon')),
    'INVALID_OPTION',
    'a.time',
    'it is an invalid Date',
  ],
  [
    'a sleep with a timeout',
    ({ sleep }) => sleep('a', 1, { timeout: 1 }),
    'INVALID_OPTION',
    'a.timeout',
    "there is no option 'timeout'",
  ],
  [
    'a resource that is not created',
    ({ resource }) => resource('a', { destroy: nothing }),
    'NO_HANDLER',
    'a',
    'it has no `create`',
    'write what makes it',
  ],
  [
    'a resource that is not destroyed',
    ({ resource }) => resource('a', { create: run }),
    'NO_HANDLER',
    'a',
    'it has no `destroy`',
    'write what takes it away',
  ],
  [
    'a resource whose functions are none',
    ({ resource }) => resource('a', { create: 3, destroy: nothing }),
    'NO_HANDLER',
    'a.create',
    'it is a number, not a function',
  ],
  [
    'an onFinish without a function',
    ({ task, onFinish }) => [task('b', { run }), onFinish('a', {})],
    'NO_HANDLER',
    'a',
    'it has neither of run and load',
    'give it exactly one',
  ],
  [
    'an onFinish with needs',
    ({ task, onFinish }) => [task('b', { run }), onFinish('a', { run, needs: {} })],
    'INVALID_OPTION',
    'a.needs',
    "there is no option 'needs'",
  ],
  [
    'a second onFinish',
    ({ task, onFinish }) => [task('b', { run }), onFinish('c', { run }), onFinish('a', { run })],
    'DUPLICATE_ID',
    'a',
    'there is another onFinish',
    'let one function do all that is to be done at the end',
  ],
  [
    'a need of onFinish',
    ({ task, onFinish }) => [
      onFinish('end', { run }),
      task('a', { run, needs: { end: { id: 'end', workflow: 'release' } } }),
    ],
    'UNKNOWN_NEED',
    'a.needs.end',
    "unknown need 'end' in task 'a'",
  ],
  [
    'a need of a group’s node under its whole id',
    ({ task, group }) => [
      group('eu', ({ task }) => task('b', { run })),
      task('a', { run, needs: { 'eu.b': { id: 'eu.b', workflow: 'release' } } }),
    ],
    'INVALID_NAME',
    'a.needs.eu.b',
    "'eu.b' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$",
  ],
];

test.for(cases)('%s is refused', ([, build, code, place, message, hint]) => {
  const definition = looseDefinition((builder) => void build(builder));
  const [problem, ...others] = problemsOf(definition);
  expect(others).toEqual([]);
  expect(problem).toMatchObject({ code, place: `release.tasks.${place}`, message });
  if (hint !== undefined) expect(problem?.hint).toBe(hint);
});

describe('a group is refused', () => {
  test.each([
    ['', "'' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$"],
    ['1st', "'1st' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$"],
    ['default', "'default' is a reserved name"],
    [undefined, "'' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$"],
  ])('with the name %o', (name, message) => {
    const definition = looseDefinition(({ group }) => void group(name, ({ task }) => task('a', { run })));
    expect(problemsOf(definition)).toMatchObject([{ code: 'INVALID_NAME', message }]);
  });

  test('with a node whose name is no string', () => {
    const definition = looseDefinition(({ group }) => void group('eu', ({ task }) => task(undefined, { run })));
    expect(problemsOf(definition)).toMatchObject([{ code: 'INVALID_NAME', place: 'release.tasks.eu.' }]);
  });

  test('if an id becomes longer than 100 characters', () => {
    const nest = (builder: LooseBuilder, depth: number): void => {
      if (depth === 0) builder.task('a', { run });
      else builder.group('x'.repeat(24), (inner) => nest(inner, depth - 1));
    };
    expect(problemsOf(looseDefinition((builder) => nest(builder, 4)))).toMatchObject([
      { code: 'INVALID_NAME', message: `'${'x'.repeat(20)}…' has 101 characters, 100 are allowed` },
    ]);
  });

  test('if it gives an id that there is already', () => {
    const definition = looseDefinition(({ group }) => {
      group('eu', ({ task }) => task('a', { run }));
      group('eu', ({ task }) => task('a', { run }));
    });
    expect(problemsOf(definition)).toMatchObject([{ code: 'DUPLICATE_ID', place: 'release.tasks.eu.a' }]);
  });
});

describe('a child is refused', () => {
  test('with every problem of its own, told once and with the way to it', () => {
    const broken = looseDefinition(({ task }) => void task('a', { retry: 3 }), {}, 'broken');
    const between = looseDefinition(({ subworkflow }) => void subworkflow('b', broken), {}, 'between');
    const definition = looseDefinition(({ subworkflow, map }) => {
      subworkflow('c', between);
      map('d', { over, with: run, workflow: between });
    });
    const way = 'release.tasks.c -> between.tasks.b -> broken.tasks.a';
    expect(problemsOf(definition)).toMatchObject([
      { code: 'NO_HANDLER', place: way },
      { code: 'INVALID_OPTION', place: `${way}.retry` },
    ]);
  });

  test('if it has the name of another workflow', () => {
    const another = () => looseDefinition(({ task }) => void task('a', { run }), {}, 'tidy');
    const inner = looseDefinition(({ subworkflow }) => void subworkflow('a', another()), {}, 'inner');
    const named = looseDefinition(({ task }) => void task('a', { run }));
    const definition = looseDefinition(({ subworkflow }) => {
      subworkflow('a', another());
      subworkflow('b', inner);
      subworkflow('c', named);
    });
    const hint = 'a workflow is found by its name, so give one of them another';
    expect(problemsOf(definition)).toEqual([
      {
        code: 'DUPLICATE_ID',
        place: 'release.tasks.b.workflow',
        message: "there are two workflows 'tidy'",
        hint,
      },
      {
        code: 'DUPLICATE_ID',
        place: 'release.tasks.c.workflow',
        message: "there are two workflows 'release'",
        hint,
      },
    ]);
  });
});

describe('a workflow is refused', () => {
  test.each<[object, string, string, string | undefined]>([
    [{ onFailure: 'hold', holdTimeout: 'soon' }, 'holdTimeout', '"soon" is not a duration', DURATION],
    [{ holdTimeout: '1h' }, 'holdTimeout', 'no task is ever held', "write `onFailure: 'hold'` with it"],
    [
      { compensateOn: 'failed' },
      'compensateOn',
      '"failed" is not a list of ends',
      "write ['failed'], ['cancelled'] or both",
    ],
    [{ compensateOn: [] }, 'compensateOn', '[] is not a list of ends', "write ['failed'], ['cancelled'] or both"],
    [
      { compensateOn: ['canceled'] },
      'compensateOn',
      '["canceled"] is not a list of ends',
      "write ['failed'], ['cancelled'] or both",
    ],
    [{ compensatOn: [] }, 'compensatOn', "there is no option 'compensatOn'", "did you mean 'compensateOn'?"],
  ])('with %o', (options, option, message, hint) => {
    const definition = looseDefinition(({ task }) => void task('a', { run }), options);
    expect(problemsOf(definition)).toEqual([{ code: 'INVALID_OPTION', place: `release.${option}`, message, hint }]);
  });

  test('with onFinish alone', () => {
    const definition = looseDefinition(({ onFinish }) => void onFinish('end', { run }));
    expect(problemsOf(definition)).toMatchObject([{ message: 'the workflow has no tasks' }]);
  });

  test('with onFinish as its output', () => {
    const definition = looseDefinition(({ task, onFinish }) => {
      task('a', { run });
      onFinish('end', { run });
      return { end: { id: 'end', workflow: 'release' } };
    });
    expect(problemsOf(definition)).toMatchObject([{ code: 'INVALID_OUTPUT', place: 'release.outputs.end' }]);
  });
});
