import { describe, expect, test } from 'vitest';
import { type CachedFrom, readCached, sliceCached, writeCached } from '../../src/core/cached-column.js';
import { readReply } from '../../src/core/task-reply.js';

const ONE: CachedFrom = { workflowId: 'release-1', runId: 'a' };
const OTHER: CachedFrom = { workflowId: 'release-1', runId: 'b' };
const column = (...cached: (CachedFrom | undefined)[]) => writeCached(cached.map((from) => ({ cached: from })));
const read = (from: ReturnType<typeof column>, units: number) =>
  Array.from({ length: units }, (_, unit) => readCached(from, unit));

describe('where outputs came from', () => {
  test('is read as it was written', () => {
    expect(read(column(ONE, undefined, OTHER, ONE), 4)).toEqual([ONE, undefined, OTHER, ONE]);
  });

  test('names each run once', () => {
    expect(column(ONE, ONE, ONE)?.runs).toEqual([['release-1', 'a']]);
  });

  test('takes no room where nothing was cached', () => {
    expect(column(undefined, undefined)).toBeUndefined();
  });

  test('is the same of a part, with the runs that the part has', () => {
    const all = column(ONE, undefined, OTHER, undefined);
    const part = all && sliceCached(all, (unit) => (unit < 1 ? undefined : unit - 1));
    expect(read(part, 3)).toEqual([undefined, OTHER, undefined]);
    expect(part?.runs).toEqual([['release-1', 'b']]);
  });
});

describe('a reply', () => {
  test('says that the output was cached', () => {
    expect(readReply({ $pawl: { attempts: 1, cached: ONE }, output: 'image' }, 0)).toEqual({
      kind: 'taskSucceeded',
      output: 'image',
      attempts: 1,
      cached: ONE,
    });
  });

  test('that says it in a way that nobody knows is an output all the same', () => {
    expect(readReply({ $pawl: { attempts: 1, cached: true }, output: 'image' }, 0)).toEqual({
      kind: 'taskSucceeded',
      output: 'image',
      attempts: 1,
    });
  });
});
