import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { decodeItem, decodeOutput } from '../../src/define/decode-output.js';
import { encodeItem, encodeOutput } from '../../src/define/encode-output.js';
import type { TaskDefinition } from '../../src/define/workflow-definition.js';
import { WrongValueError } from '../../src/define/wrong-value-error.js';
import { workflow } from '../../src/index.js';
import { isoDate } from '../support/iso-date.js';

const items = () => ['eu'];
const wireDate = '1970-01-01T00:00:00.000Z';
const region = workflow('region', { input: z.string() }, ({ task, map }) => ({
  made: task('made', { output: isoDate, run: () => new Date() }),
  seen: map('seen', { over: items, tolerate: 1, output: isoDate, run: () => new Date() }),
  scan: task('scan', { when: () => true, run: () => 'clean' }),
}));

const nodes = new Map(
  workflow('release', {}, ({ task, map, subworkflow, approval, event, sleep, resource, onFinish }) => {
    task('plain', { run: () => 1 });
    task('stamp', { output: z.object({ at: isoDate }), run: () => ({ at: new Date() }) });
    map('plainMap', { over: items, run: () => 1 });
    map('stamps', { over: items, output: isoDate, run: () => new Date() });
    map('optionalStamps', { over: items, output: isoDate.optional(), run: () => new Date() });
    map('tolerant', { over: items, tolerate: 1, output: isoDate, run: () => new Date() });
    map('regions', { over: items, workflow: region });
    map('mostRegions', { over: items, workflow: region, tolerate: '10%' });
    subworkflow('region', region, { with: () => 'eu' });
    approval('approved');
    event('sent', { schema: z.object({ at: isoDate }) });
    sleep('slept', 1);
    resource('db', { output: isoDate, create: () => new Date(), destroy: () => {} });
    onFinish('end', { run: () => 1 });
  }).tasks.map((node) => [node.id, node] as const),
);

function node(id: string): TaskDefinition {
  const found = nodes.get(id);
  if (found === undefined) throw new Error(`there is no node '${id}'`);
  return found;
}

type Pair = readonly [id: string, value: unknown, wire: never];
const approval = { by: 'ada', at: wireDate, reason: 'tested' };
const decodedRegion = { made: new Date(0), seen: [new Date(0), undefined], scan: 'clean' };
const wireRegion = { made: wireDate, seen: [wireDate, null], scan: 'clean' };

describe('what a node gives travels as JSON and arrives as it was:', () => {
  test.for([
    ['plain', { a: [1] }, { a: [1] }],
    ['stamp', { at: new Date(0) }, { at: wireDate }],
    ['plainMap', [1, null], [1, null]],
    ['stamps', [new Date(0)], [wireDate]],
    ['optionalStamps', [new Date(0), undefined], [wireDate, null]],
    ['tolerant', [undefined, new Date(0)], [null, wireDate]],
    ['regions', [decodedRegion], [wireRegion]],
    ['mostRegions', [undefined, decodedRegion], [null, wireRegion]],
    ['region', decodedRegion, wireRegion],
    ['region', { made: new Date(0), seen: [] }, { made: wireDate, seen: [] }],
    ['approved', approval, approval],
    ['sent', { at: new Date(0) }, { at: wireDate }],
    ['db', new Date(0), wireDate],
    ['slept', undefined, undefined],
  ] as readonly unknown[] as readonly Pair[])('of %s', async ([id, value, wire]) => {
    expect(await encodeOutput(node(id), value, 'output')).toEqual(wire);
    expect(await decodeOutput(node(id), wire, 'needs.x')).toEqual(value);
  });

  test('any JSON, without a schema', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const wire = JSON.parse(JSON.stringify(value));
        expect(await encodeOutput(node('plain'), wire, 'output')).toEqual(wire);
        expect(await decodeOutput(node('plain'), wire, 'output')).toEqual(wire);
      }),
    );
  });

  test('nothing of what onFinish returns', async () => {
    expect(await encodeOutput(node('end'), new Map(), 'output')).toBeUndefined();
  });
});

describe('an item of a map', () => {
  test('is decoded and encoded by the schema of one item', async () => {
    expect(await encodeItem(node('stamps'), new Date(0), 'output')).toBe(wireDate);
    expect(await decodeItem(node('stamps'), wireDate, 'item')).toEqual(new Date(0));
  });

  test('is what its child workflow gives', async () => {
    expect(await encodeItem(node('regions'), decodedRegion, 'output')).toEqual(wireRegion);
    expect(await decodeItem(node('regions'), wireRegion, 'item')).toEqual(decodedRegion);
  });

  test('is undefined where an operator skipped it, so that what comes after goes on', async () => {
    expect(await decodeItem(node('stamps'), null, 'item')).toBeUndefined();
    expect(await decodeItem(node('regions'), null, 'item')).toBeUndefined();
  });

  test('is undefined where it failed and that is tolerated', async () => {
    expect(await decodeItem(node('tolerant'), null, 'item')).toBeUndefined();
  });
});

describe('a value that does not fit is refused with its path:', () => {
  test.for<readonly [id: string, wire: unknown, message: string]>([
    ['stamp', { at: 3 }, 'needs.x.at: Invalid input: expected string, received number'],
    ['stamps', [wireDate, 3], 'needs.x[1]: Invalid input: expected string, received number'],
    ['stamps', 3, 'needs.x: expected an array, got number'],
    ['regions', [wireRegion, 'eu'], 'needs.x[1]: expected an object, got string'],
    ['region', { seen: [3] }, 'needs.x.seen[0]: Invalid input: expected string, received number'],
    ['region', null, 'needs.x: expected an object, got null'],
  ])('%s, when it arrives', async ([id, wire, message]) => {
    const decoding = decodeOutput(node(id), wire as never, 'needs.x');
    await expect(decoding).rejects.toThrow(WrongValueError);
    await expect(decoding).rejects.toThrow(message);
  });

  test.for<readonly [id: string, value: unknown, message: string]>([
    ['plain', { at: new Date(0) }, 'output.at: a Date is not JSON'],
    ['stamp', { at: 'now' }, 'output.at: Invalid input: expected date, received string'],
    ['stamps', [new Date(0), 1], 'output[1]: Invalid input: expected date, received number'],
    ['region', { scan: 1n }, 'output.scan: a bigint is not JSON'],
    ['region', { other: 1n }, 'output.other: a bigint is not JSON'],
    ['approved', { by: 'ada' }, 'output.at: Invalid input: expected string, received undefined'],
  ])('%s, when it is made', async ([id, value, message]) => {
    const encoding = encodeOutput(node(id), value, 'output');
    await expect(encoding).rejects.toThrow(WrongValueError);
    await expect(encoding).rejects.toThrow(message);
  });

  test('also where the schema itself throws', async () => {
    const thrower = z.codec(z.string(), z.string(), {
      decode: () => {
        throw new RangeError('out of range');
      },
      encode: (value) => value,
    });
    const definition = workflow('w', {}, ({ task }) => void task('a', { output: thrower, run: () => 'x' }));
    const decoding = decodeOutput(definition.tasks[0] as TaskDefinition, 'x', 'needs.a');
    await expect(decoding).rejects.toThrow('needs.a: its schema threw out of range');
  });
});
