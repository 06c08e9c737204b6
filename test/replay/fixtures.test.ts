import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { historyFile, readHistory } from './history-file.js';
import { recordedHistories } from './recorded-runs.js';

/** Bytes; they are read by people in reviews, too. */
const MAXIMUM = 300 * 1024;

/** What a process would call itself, and where its files are. */
const OF_A_MACHINE = /(?<!\w)\/(work|root|tmp|home|Users|usr|private)\b|file:\/\/|node_modules|\b\d+@[a-z]/i;

test('every recorded run has its fixture, and there are no others', () => {
  const fixtures = readdirSync(dirname(historyFile('any'))).sort();
  expect(fixtures).toEqual(recordedHistories.map(({ name }) => `${name}.json`).sort());
});

describe.each(recordedHistories)('the fixture $name', ({ name, contains }) => {
  test('shows what it is for', () => {
    const types = readHistory(name).events.map((event) => event.eventType);
    expect(types).toEqual(expect.arrayContaining([...contains]));
  });

  test('is small', () => {
    expect(readFileSync(historyFile(name)).byteLength).toBeLessThan(MAXIMUM);
  });

  test('names no file, process or host of the machine that recorded it', () => {
    const texts = [...readTexts(readHistory(name))];
    expect(texts.filter((text) => OF_A_MACHINE.test(text))).toEqual([]);
    expect(texts.filter((text) => text.split(/[^\w.-]+/).includes(hostname()))).toEqual([]);
  });

  test('says who did something with the names given to record it', () => {
    const known = expect.stringMatching(/^(client|worker|killed-worker-\d|history-service)$/);
    for (const identity of readTexts(readHistory(name), 'identity')) expect(identity).toEqual(known);
  });
});

/** Every text in it, what payloads hold included; or those that stand under one key. */
function* readTexts(value: unknown, only?: string, key?: string): Generator<string> {
  if (typeof value === 'string') {
    if (only === undefined || only === key) yield key === 'data' ? Buffer.from(value, 'base64').toString() : value;
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) yield* readTexts(inner, only, Array.isArray(value) ? key : name);
  }
}
