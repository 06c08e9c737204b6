import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  compile,
  DefinitionError,
  type DefinitionProblem,
  optional,
  settled,
  type TaskHandle,
  type WorkflowDefinition,
} from '../../src/index.js';
import { isoDate } from '../support/iso-date.js';
import { idle, type LooseTask, looseWorkflow } from '../support/loose-workflow.js';
import { releaseWorkflow } from '../support/release-workflow.js';

const DURATION = "write milliseconds, or a string such as '10m'";
const ATTEMPTS = 'write 1 or more, or Infinity';
const CONCURRENT = 'write 1 to 2,000, the number of pending activities that Temporal allows one execution';

describe('a name', () => {
  test.each(['a', 'Build', 'build-image_2', 'x'.repeat(100)])('may be %s', (name) => {
    expect(compile(looseWorkflow((task) => void task(name, idle), {}, name)).tasks[0]?.id).toBe(name);
  });

  test.each([
    ['', "'' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$"],
    ['1st', "'1st' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$"],
    [
      'a.',
      "'a.' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$",
      "'' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$",
    ],
    [
      'a..b',
      "'a..b' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$",
      "'' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$",
    ],
    ['a.pawl', "'a.pawl' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$", "'pawl' is a reserved name"],
    ['a b', "'a b' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$"],
    ['build\n', "'build\n' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$"],
    ['__proto__', "'__proto__' is not a name: it must match ^[A-Za-z][A-Za-z0-9_-]*$"],
    ['x'.repeat(101), `'${'x'.repeat(20)}…' has 101 characters, 100 are allowed`],
    ['constructor', "'constructor' is a reserved name"],
    ['toString', "'toString' is a reserved name"],
    ['hasOwnProperty', "'hasOwnProperty' is a reserved name"],
    ['default', "'default' is a reserved name"],
    ['pawl', "'pawl' is a reserved name"],
    ['pawlX', "'pawlX' is a reserved name"],
  ])('must not be %o, of a workflow or a task', (name, message, ofTask = message) => {
    expect(problemsOf(looseWorkflow((task) => void task('build', idle), {}, name))).toEqual([
      { code: 'INVALID_NAME', message, place: name },
    ]);
    expect(problemsOf(looseWorkflow((task) => void task(name, idle)))).toEqual([
      { code: 'INVALID_NAME', message: ofTask, place: `release.tasks.${name}` },
    ]);
  });

  test('may have dots, of a task: before them are the names of its groups', () => {
    expect(compile(looseWorkflow((task) => void task('eu.north.build', idle))).tasks[0]?.id).toBe('eu.north.build');
    expect(problemsOf(looseWorkflow((task) => void task('build', idle), {}, 'eu.release'))).toMatchObject([
      { code: 'INVALID_NAME' },
    ]);
  });

  test.each([
    [undefined, 'a name must be a string, not undefined'],
    [7, 'a name must be a string, not number'],
  ])('must not be %o, as JavaScript could have it', (id, message) => {
    const definition = looseWorkflow((task) => void task(id, idle));
    expect(problemsOf(definition)).toEqual([{ code: 'INVALID_NAME', place: `release.tasks.${id}`, message }]);
  });

  test('must not be reserved, of a need or an output', () => {
    const definition = looseWorkflow((task) => {
      const build = task('build', idle);
      task('unit', { ...idle, needs: { constructor: build } });
      return { default: build };
    });
    expect(problemsOf(definition)).toEqual([
      {
        code: 'INVALID_NAME',
        place: 'release.tasks.unit.needs.constructor',
        message: "'constructor' is a reserved name",
      },
      { code: 'INVALID_NAME', place: 'release.outputs.default', message: "'default' is a reserved name" },
    ]);
  });
});

describe('a problem has a code, a place, a message and a hint:', () => {
  test('two tasks of one id', () => {
    const definition = looseWorkflow((task) => {
      task('build', idle);
      task('build', idle);
    });
    expect(problemsOf(definition)).toEqual([
      {
        code: 'DUPLICATE_ID',
        place: 'release.tasks.build',
        message: "there are two tasks 'build'",
        hint: 'give one of them another id',
      },
    ]);
  });

  test('no tasks', () => {
    expect(problemsOf(looseWorkflow(() => {}))).toEqual([
      {
        code: 'INVALID_OPTION',
        place: 'release.tasks',
        message: 'the workflow has no tasks',
        hint: 'add one with task(id, { run })',
      },
    ]);
  });

  test('a need that is not there, with the one that was meant', () => {
    const definition = looseWorkflow((task) => {
      task('build', idle);
      task('unit', { ...idle, needs: { buld: undefined } });
    });
    expect(problemsOf(definition)).toEqual([
      {
        code: 'UNKNOWN_NEED',
        place: 'release.tasks.unit.needs.buld',
        message: "unknown need 'buld' in task 'unit'",
        hint: "did you mean 'build'?",
      },
    ]);
  });

  test('a need of another workflow', () => {
    let foreign: unknown;
    looseWorkflow(
      (task) => {
        foreign = task('build', idle);
      },
      {},
      'nightly',
    );
    expect(problemsOf(looseWorkflow((task) => void task('unit', { ...idle, needs: { build: foreign } })))).toEqual([
      {
        code: 'FOREIGN_NEED',
        place: 'release.tasks.unit.needs.build',
        message: "'build' is a task of workflow 'nightly'",
        hint: 'a need is a task of the same workflow',
      },
    ]);
  });

  test('a cycle', () => {
    expect(problemsOf(cyclic())).toEqual([
      {
        code: 'CYCLE',
        place: 'release.tasks',
        message: 'cycle: build -> unit -> build',
        hint: 'a task can need only what does not need it',
      },
    ]);
  });

  test('a task that needs itself', () => {
    const definition = looseWorkflow((task) => {
      const needs: Record<string, unknown> = {};
      needs.build = task('build', { ...idle, needs });
    });
    expect(problemsOf(definition)).toMatchObject([{ code: 'CYCLE', message: 'cycle: build -> build' }]);
  });

  test.each([
    ['neither', {}],
    ['both', { run: () => 1, load: async () => ({ run: () => 1 }) }],
  ])('%s of run and load', (which, options) => {
    expect(problemsOf(looseWorkflow((task) => void task('build', options)))).toEqual([
      {
        code: 'NO_HANDLER',
        place: 'release.tasks.build',
        message: `it has ${which} of run and load`,
        hint: 'give it exactly one',
      },
    ]);
  });

  test('an output that is not a task of the workflow', () => {
    const definition = looseWorkflow((task) => {
      task('deploy', idle);
      return { deplot: { id: 'deplot', workflow: 'release' } };
    });
    expect(problemsOf(definition)).toEqual([
      {
        code: 'INVALID_OUTPUT',
        place: 'release.outputs.deplot',
        message: 'it is not a task of this workflow',
        hint: "did you mean 'deploy'?",
      },
    ]);
  });

  test.each([
    ['.transform()', z.object({ at: z.string().transform((text) => new Date(text)) })],
    ['z.preprocess()', z.array(z.preprocess(Number, z.number()))],
  ])('a schema with %s, with which nothing can be encoded', (_, schema) => {
    const problem = {
      code: 'INVALID_SCHEMA',
      message: 'a value can not be encoded with this schema',
      hint: 'use z.codec, which says how to encode as well, instead of .transform() or z.preprocess()',
    };
    const definition = looseWorkflow((task) => void task('build', { ...idle, output: schema }), { input: schema });
    expect(problemsOf(definition)).toEqual([
      { ...problem, place: 'release.tasks.build.output' },
      { ...problem, place: 'release.input' },
    ]);
  });

  test('a schema that is not one of zod 4', () => {
    const definition = looseWorkflow((task) => void task('build', { ...idle, output: { parse: () => 1 } }));
    expect(problemsOf(definition)).toEqual([
      {
        code: 'INVALID_SCHEMA',
        place: 'release.tasks.build.output',
        message: 'it is not a schema of zod 4',
        hint: "make it with z from 'zod', version 4",
      },
    ]);
  });

  test.each([
    [{ retrys: {} }, 'retrys', "there is no option 'retrys'", "did you mean 'retry'?"],
    [{ startToCloseTimeout: '10 parsecs' }, 'startToCloseTimeout', '"10 parsecs" is not a duration', DURATION],
    [{ startToCloseTimeout: '' }, 'startToCloseTimeout', '"" is not a duration', DURATION],
    [{ startToCloseTimeout: 0 }, 'startToCloseTimeout', '0 is not a duration', DURATION],
    [{ heartbeatTimeout: -5 }, 'heartbeatTimeout', '-5 is not a duration', DURATION],
    [{ heartbeatTimeout: '-5s' }, 'heartbeatTimeout', '"-5s" is not a duration', DURATION],
    [{ scheduleToCloseTimeout: true }, 'scheduleToCloseTimeout', 'true is not a duration', DURATION],
    [
      { retry: { maxAttempts: 3 } },
      'retry.maxAttempts',
      "there is no option 'maxAttempts'",
      "did you mean 'maximumAttempts'?",
    ],
    [{ retry: { maximumAttempts: 0 } }, 'retry.maximumAttempts', '0 is not a number of attempts', ATTEMPTS],
    [{ retry: { maximumAttempts: 1.5 } }, 'retry.maximumAttempts', '1.5 is not a number of attempts', ATTEMPTS],
    [{ retry: { initialInterval: 'soon' } }, 'retry.initialInterval', '"soon" is not a duration', DURATION],
    [{ retry: { backoffCoefficient: 0.5 } }, 'retry.backoffCoefficient', '0.5 is less than 1', undefined],
    [
      { retry: { initialInterval: '2s', maximumInterval: '1s' } },
      'retry.maximumInterval',
      '1000 ms is less than the initial interval, 2000 ms',
      undefined,
    ],
    [
      { retry: { maximumInterval: 10 } },
      'retry.maximumInterval',
      '10 ms is less than the initial interval, 1000 ms',
      undefined,
    ],
    [{ taskQueue: '' }, 'taskQueue', 'it must be the name of a task queue', undefined],
    [
      { priority: { key: 1 } },
      'priority.key',
      "there is no option 'key'",
      "there is 'priorityKey', 'fairnessKey', 'fairnessWeight'",
    ],
    [
      { priority: { priorityKey: 0 } },
      'priority.priorityKey',
      '0 is not a priority',
      'write an integer from 1, the most urgent',
    ],
  ])('a task with %o', (options, option, message, hint) => {
    expect(problemsOf(looseWorkflow((task) => void task('build', { ...idle, ...options })))).toEqual([
      {
        code: 'INVALID_OPTION',
        place: `release.tasks.build.${option}`,
        message,
        ...(hint !== undefined && { hint }),
      },
    ]);
  });

  test.each<[object, string, string, string | undefined]>([
    [{ when: true }, 'when', 'it is not a function', 'write `when: (needs, ctx) => …`, which says true or false'],
    [{ allowFailure: 'yes' }, 'allowFailure', '"yes" is neither true nor false', undefined],
    [{ alowFailure: true }, 'alowFailure', "there is no option 'alowFailure'", "did you mean 'allowFailure'?"],
    [{ trigger: 'all_sucess' }, 'trigger', "there is no trigger rule 'all_sucess'", "did you mean 'all_success'?"],
    [
      { trigger: 'all_done', needs: {} },
      'trigger',
      "task 'unit' needs nothing that could trigger it",
      'leave the trigger out, or name its needs',
    ],
  ])('a task with needs and %o', (options, option, message, hint) => {
    const definition = looseWorkflow((task) => {
      const build = task('build', idle);
      task('unit', { ...idle, needs: { build }, ...options });
    });
    expect(problemsOf(definition)).toEqual([
      { code: 'INVALID_OPTION', place: `release.tasks.unit.${option}`, message, ...(hint !== undefined && { hint }) },
    ]);
  });

  test.each(['all_done', 'all_success'])('a trigger, %s, beside wrapped needs', (trigger) => {
    const definition = looseWorkflow((task) => {
      const [build, lint, scan] = [task('build', idle), task('lint', idle), task('scan', idle)];
      task('unit', { ...idle, trigger, needs: { build, lint: optional(lint), scan: settled(scan) } });
    });
    expect(problemsOf(definition)).toEqual([
      {
        code: 'INVALID_OPTION',
        place: 'release.tasks.unit.trigger',
        message: "the task has a trigger, and 'lint', 'scan' in optional() or settled()",
        hint: 'use either these, which say it for each need, or the trigger, which says it for all of them',
      },
    ]);
  });

  test.each([undefined, 'build', null, {}])('a wrapped need that is %o, as JavaScript could have it', (wrapped) => {
    const definition = looseWorkflow((task) => {
      task('build', idle);
      task('unit', { ...idle, needs: { buld: optional(wrapped as never) } });
    });
    expect(problemsOf(definition)).toMatchObject([{ code: 'UNKNOWN_NEED', place: 'release.tasks.unit.needs.buld' }]);
  });

  test('a wrapped task as an output', () => {
    const definition = looseWorkflow((task) => ({ build: optional(task('build', idle)) }));
    expect(problemsOf(definition)).toMatchObject([{ code: 'INVALID_OUTPUT', place: 'release.outputs.build' }]);
  });

  test.each<[object, string, string, string | undefined]>([
    [{ schedulin: 'waves' }, 'schedulin', "there is no option 'schedulin'", "did you mean 'scheduling'?"],
    [{ scheduling: 'wave' }, 'scheduling', "'wave' is not one of frontier, waves", undefined],
    [{ onFailure: 'panic' }, 'onFailure', "'panic' is not one of continue, stop, cancel, hold", undefined],
    [{ maxConcurrentTasks: 0 }, 'maxConcurrentTasks', '0 is not a number of tasks', CONCURRENT],
    [{ maxConcurrentTasks: 2_001 }, 'maxConcurrentTasks', '2001 is not a number of tasks', CONCURRENT],
    [{ maxConcurrentTasks: 1.5 }, 'maxConcurrentTasks', '1.5 is not a number of tasks', CONCURRENT],
  ])('a workflow with %o', (options, option, message, hint) => {
    expect(problemsOf(looseWorkflow((task) => void task('build', idle), options))).toEqual([
      { code: 'INVALID_OPTION', place: `release.${option}`, message, ...(hint !== undefined && { hint }) },
    ]);
  });
});

describe('the error of a definition', () => {
  test('tells all problems at once', () => {
    const definition = looseWorkflow(
      (task) => {
        task('build', {});
        task('unit', { ...idle, needs: { buld: undefined }, retries: 3 });
        task('unit', idle);
        return { build: undefined };
      },
      { scheduling: 'wave' },
      'constructor',
    );
    expect(problemsOf(definition).map(({ code }) => code)).toEqual([
      'INVALID_NAME',
      'DUPLICATE_ID',
      'UNKNOWN_NEED',
      'NO_HANDLER',
      'INVALID_OPTION',
      'INVALID_OPTION',
      'INVALID_OUTPUT',
    ]);
  });

  test('reads as a list of places with what is wrong and what to do', () => {
    const definition = looseWorkflow((task) => {
      task('build', {});
      task('unit', { ...idle, needs: { buld: undefined } });
    });
    expect(() => compile(definition)).toThrow(
      "the definition of workflow 'release' has 2 problems:" +
        "\n  - release.tasks.unit.needs.buld: unknown need 'buld' in task 'unit'; did you mean 'build'?" +
        '\n  - release.tasks.build: it has neither of run and load; give it exactly one',
    );
  });

  test('has a name and a code of its own', () => {
    expect(errorOf(cyclic())).toMatchObject({ name: 'DefinitionError', code: 'INVALID_DEFINITION' });
  });

  test('comes again when the definition is compiled again', () => {
    const definition = cyclic();
    expect(errorOf(definition)).toEqual(errorOf(definition));
  });
});

describe('a plan', () => {
  test('has the mode of each need where one is wrapped, and nothing of it where all are plain', () => {
    const definition = looseWorkflow((task) => {
      const [build, lint, scan] = [task('build', idle), task('lint', idle), task('scan', idle)];
      task('unit', { ...idle, needs: { build, lint: optional(lint), clean: settled(scan) } });
      task('docs', { ...idle, needs: { build, lint } });
    });
    const [, , , unit, docs] = compile(definition).tasks;
    expect(unit).toMatchObject({ needs: [0, 1, 2], as: ['build', 'lint', 'clean'], modes: 'pos' });
    expect(docs).toEqual({ id: 'docs', kind: 'task', needs: [0, 1], options: 0 });
  });

  test('has the trigger rule and the allowed failure of a task, unless they are the default', () => {
    const definition = looseWorkflow((task) => {
      const build = task('build', { ...idle, allowFailure: true });
      task('unit', { ...idle, needs: { build }, trigger: 'all_done' });
      task('docs', { ...idle, needs: { build }, trigger: 'all_success', allowFailure: false });
    });
    const [build, unit, docs] = compile(definition).tasks;
    expect(build).toEqual({ id: 'build', kind: 'task', needs: [], options: 0, allowFailure: true });
    expect(unit).toEqual({ id: 'unit', kind: 'task', needs: [0], options: 0, trigger: 'all_done' });
    expect(docs).toEqual({ id: 'docs', kind: 'task', needs: [0], options: 0 });
  });

  test('has its tasks by wave, within a wave first what the longest line waits for, and then as declared', () => {
    const definition = looseWorkflow((task) => {
      task('docs', idle);
      const build = task('build', idle);
      task('lint', { ...idle, needs: { build } });
      const unit = task('unit', { ...idle, needs: { build } });
      task('types', { ...idle, needs: { build } });
      task('deploy', { ...idle, needs: { unit, build } });
    });
    expect(compile(definition).tasks.map(({ id }) => id)).toEqual(['build', 'docs', 'unit', 'lint', 'types', 'deploy']);
  });

  test('has its edges as indices, in the order in which the needs were named', () => {
    const definition = looseWorkflow((task) => {
      const build = task('build', idle);
      const unit = task('unit', { ...idle, needs: { build } });
      task('deploy', { ...idle, needs: { unit, build } });
    });
    expect(compile(definition).tasks.map(({ needs }) => needs)).toEqual([[], [0], [1, 0]]);
  });

  test('names needs only where a name is not the id', () => {
    const definition = looseWorkflow((task) => {
      const build = task('build', idle);
      task('unit', { ...idle, needs: { build } });
      task('deploy', { ...idle, needs: { build, image: build } });
    });
    expect(compile(definition).tasks.map((task) => task.as)).toEqual([undefined, undefined, ['build', 'image']]);
  });

  test('completes the options with the defaults', () => {
    const plan = compile(looseWorkflow((task) => void task('build', idle)));
    expect(plan).toMatchObject({ scheduling: 'frontier', maxConcurrentTasks: 500, onFailure: 'continue' });
    expect(plan.options).toEqual([
      { startToCloseTimeout: 600_000, heartbeatTimeout: 20_000, retry: { maximumAttempts: 3 } },
    ]);
  });

  test('has durations in milliseconds, and what else is set as it is', () => {
    const definition = looseWorkflow(
      (task) =>
        void task('build', {
          ...idle,
          startToCloseTimeout: '10m',
          scheduleToCloseTimeout: '1 hour',
          heartbeatTimeout: 1_500.4,
          retry: {
            maximumAttempts: 7,
            initialInterval: '100ms',
            maximumInterval: '1m',
            backoffCoefficient: 1,
            nonRetryableErrorTypes: ['TypeError'],
          },
          taskQueue: 'gpu',
          priority: { priorityKey: 1, fairnessKey: 'tenant', fairnessWeight: 2 },
        }),
    );
    expect(compile(definition).options).toEqual([
      {
        startToCloseTimeout: 600_000,
        scheduleToCloseTimeout: 3_600_000,
        heartbeatTimeout: 1_500,
        retry: {
          maximumAttempts: 7,
          initialInterval: 100,
          maximumInterval: 60_000,
          backoffCoefficient: 1,
          nonRetryableErrorTypes: ['TypeError'],
        },
        taskQueue: 'gpu',
        priority: { priorityKey: 1, fairnessKey: 'tenant', fairnessWeight: 2 },
      },
    ]);
  });

  test('writes attempts without limit as 0, since JSON has no Infinity', () => {
    const retry = { maximumAttempts: Number.POSITIVE_INFINITY };
    const { options } = compile(looseWorkflow((task) => void task('build', { ...idle, retry })));
    expect(options[0]?.retry).toEqual({ maximumAttempts: 0 });
  });

  test('stores equal options once', () => {
    const definition = looseWorkflow((task) => {
      task('a', idle);
      task('b', { ...idle, startToCloseTimeout: '1m' });
      task('c', { ...idle, startToCloseTimeout: 60_000 });
      task('d', { ...idle, startToCloseTimeout: '10m' });
      task('e', { ...idle, retry: { maximumAttempts: 1 } });
    });
    const plan = compile(definition);
    expect(plan.tasks.map(({ options }) => options)).toEqual([0, 1, 1, 0, 2]);
    expect(plan.options).toHaveLength(3);
  });

  test('comes back from JSON as it was', () => {
    const plan = compile(releaseWorkflow());
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  test('is made once for a definition', () => {
    const definition = releaseWorkflow();
    expect(compile(definition)).toBe(compile(definition));
  });
});

describe('the hash of a plan', () => {
  test('is the same for the same definition in another process', () => {
    const script = fileURLToPath(new URL('../support/print-release-hash.ts', import.meta.url));
    const printed = execFileSync(process.execPath, ['--import', 'tsx', script], { encoding: 'utf8' });
    expect(printed).toBe(compile(releaseWorkflow()).hash);
  });

  test('is the same whatever the functions do', () => {
    const one = looseWorkflow((task) => void task('build', { run: () => 1, output: number(1) }), { input: text(1) });
    const other = looseWorkflow(
      (task) => void task('build', { load: async () => ({ run: () => 2 }), output: number(2) }),
      {
        input: text(2),
      },
    );
    expect(compile(one).hash).toBe(compile(other).hash);

    function number(least: number) {
      return z.number().refine((value) => value >= least);
    }
    function text(seed: number) {
      const codec = z.codec(z.string(), z.string(), { decode: (value) => value + seed, encode: (value) => value });
      return z.object({ id: z.string().default(() => `${seed}`), codec });
    }
  });

  test.each<[string, WorkflowDefinition]>([
    ['the name of the workflow', variant({ name: 'nightly' })],
    ['the title of the workflow', variant({ options: { title: 'A release' } })],
    ['the scheduling', variant({ options: { scheduling: 'waves' } })],
    ['the number of concurrent tasks', variant({ options: { maxConcurrentTasks: 10 } })],
    ['the failure policy', variant({ options: { onFailure: 'stop' } })],
    ['the input', variant({ options: { input: z.object({ dir: z.string() }) } })],
    ['the id of a task', variant({ id: 'test' })],
    ['the title of a task', variant({ unit: { title: 'Unit tests' } })],
    ['an option of a task', variant({ unit: { startToCloseTimeout: '1m' } })],
    ['the retries of a task', variant({ unit: { retry: { maximumAttempts: 1 } } })],
    ['the output schema of a task', variant({ unit: { output: z.number() } })],
    ['the codec of an output', variant({ unit: { output: isoDate } })],
    ['the needs of a task', variant({ unit: { needs: {} } })],
    ['the name of a need', variant({ need: 'image' })],
    ['the trigger rule of a task', variant({ unit: { trigger: 'all_done' } })],
    ['a failure that is allowed', variant({ unit: { allowFailure: true } })],
    ['the mode of a need', variant({ wrap: optional })],
    ['the outputs', variant({ output: 'result' })],
  ])('changes with %s', (_, changed) => {
    expect(compile(changed).hash).not.toBe(compile(variant({})).hash);
  });

  test('differs between an optional and a settled need', () => {
    expect(compile(variant({ wrap: optional })).hash).not.toBe(compile(variant({ wrap: settled })).hash);
  });

  test('stays the same with a condition, which is a function', () => {
    expect(compile(variant({ unit: { when: () => true } })).hash).toBe(compile(variant({})).hash);
  });
});

test('10,000 tasks with 30,000 edges make an input of less than 1 MiB, in under a second of CPU time', () => {
  const measured = Array.from({ length: 3 }, () => {
    const definition = wideWorkflow(10_000, 30_000);
    const before = process.cpuUsage();
    const start = performance.now();
    const plan = compile(definition);
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    return { plan, wall, cpu: (user + system) / 1_000 };
  });
  const [best] = measured.toSorted((a, b) => a.cpu - b.cpu);
  const plan = measured[0]?.plan;
  const bytes = Buffer.byteLength(JSON.stringify(plan));
  console.log(
    `compile: ${measured.map(({ cpu, wall }) => `${cpu.toFixed(0)} ms of CPU, ${wall.toFixed(0)} ms in all`).join('; ')}; ${bytes} bytes`,
  );
  expect(plan?.tasks.flatMap(({ needs }) => needs)).toHaveLength(30_000);
  expect(bytes).toBeLessThan(1024 * 1024);
  expect(best?.cpu).toBeLessThan(1_000); // 150 is the goal; the bound leaves room for a busy machine
});

function problemsOf(definition: WorkflowDefinition): readonly DefinitionProblem[] {
  return errorOf(definition).problems;
}

function errorOf(definition: WorkflowDefinition): DefinitionError {
  try {
    compile(definition);
  } catch (error) {
    if (error instanceof DefinitionError) return error;
    throw error;
  }
  throw new Error('it was compiled');
}

/** A handle can't be named before its task is made; needs that are changed afterwards can close a circle. */
function cyclic(): WorkflowDefinition {
  return looseWorkflow((task) => {
    const needs: Record<string, unknown> = {};
    const build = task('build', { ...idle, needs });
    needs.unit = task('unit', { ...idle, needs: { build } });
  });
}

interface Variation {
  readonly name?: string;
  readonly options?: object;
  readonly id?: string;
  readonly unit?: object;
  readonly need?: string;
  readonly wrap?: (build: TaskHandle) => unknown;
  readonly output?: string;
}

/** A small definition in which one thing is as given. */
function variant({
  name,
  options,
  id = 'unit',
  unit,
  need = 'build',
  wrap,
  output = 'unit',
}: Variation): WorkflowDefinition {
  const build = (task: LooseTask) => {
    const built = task('build', idle);
    return { [output]: task(id, { ...idle, needs: { [need]: wrap?.(built) ?? built }, ...unit }) };
  };
  return looseWorkflow(build, options, name);
}

function wideWorkflow(taskCount: number, edgeCount: number): WorkflowDefinition {
  const perTask = edgeCount / (taskCount - 1_000);
  let random = 7;
  return looseWorkflow((task) => {
    const tasks: ReturnType<LooseTask>[] = [];
    let edges = 0;
    for (let i = 0; i < taskCount; i++) {
      const needs: Record<string, unknown> = {};
      const goal = i < 1_000 ? 0 : Math.round((i - 999) * perTask);
      while (edges < goal) {
        random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
        const need = tasks[random % i];
        if (need === undefined || need.id in needs) continue;
        needs[need.id] = need;
        edges++;
      }
      tasks.push(task(`task-${i}`, { ...idle, needs }));
    }
  });
}
