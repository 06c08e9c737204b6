import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type NeedForm, needForm } from '../../src/core/plan.js';
import { type NeedOutcome, NeedTally, TRIGGER_RULES, type TriggerRule } from '../../src/core/trigger-rule.js';

const END_COLUMNS: Readonly<Record<string, readonly NeedOutcome[]>> = {
  'all succeeded': ['succeeded'],
  'all skipped': ['skipped'],
  'all failed': ['failed'],
  'succeeded, skipped': ['succeeded', 'skipped'],
  'succeeded, failed': ['succeeded', 'failed'],
  'skipped, failed': ['skipped', 'failed'],
  'some of each': ['succeeded', 'skipped', 'failed'],
};
const FORMS: Readonly<Record<NeedForm, string>> = { value: 'T', optional: 'T | undefined', result: 'TaskResult<T>' };

describe('the table of trigger rules in the README', () => {
  const table = readTable('Trigger rules');

  test('has a row for each rule, in the order of the code', () => {
    expect(table.map((row) => row.trigger)).toEqual([...TRIGGER_RULES]);
  });

  test('has a column for everything that settled needs can have done', () => {
    expect(Object.keys(table[0] ?? {})).toEqual([
      'trigger',
      ...Object.keys(END_COLUMNS),
      'before all have ended',
      'a need is',
    ]);
  });

  describe.each(TRIGGER_RULES)('says of %s', (rule) => {
    const row = table.find(({ trigger }) => trigger === rule) ?? {};

    test.each(Object.entries(END_COLUMNS))('what it does with needs that have %s', (column, kinds) => {
      for (const ends of listsOf(kinds, 3).filter((list) => kinds.every((kind) => list.includes(kind)))) {
        expect(decide(rule, ends, 0)).toBe(row[column]);
      }
    });

    test('what it does before all have ended', () => {
      const early = /^(?<decision>\w+) once one (?<end>\w+)$/.exec(row['before all have ended'] ?? '')?.groups;
      for (const ends of listsOf<NeedOutcome>(['succeeded', 'skipped', 'failed'], 3)) {
        const isEarly = early !== undefined && ends.includes(early.end as NeedOutcome);
        expect(decide(rule, ends, 1)).toBe(isEarly ? early.decision : 'wait');
      }
      expect(decide(rule, [], 1)).toBe('wait');
    });

    test('how its needs arrive', () => {
      const form = needForm({ id: 'x', kind: 'task', needs: [0], options: 0, trigger: rule }, 0);
      expect(row['a need is']).toBe(FORMS[form]);
    });
  });
});

/** The rows below a heading as objects by column; code marks and the backslash before a pipe are taken off. */
function readTable(heading: string): Record<string, string>[] {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const section = readme.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  const [header = [], , ...rows] = lines.map((line) =>
    line
      .slice(1, line.lastIndexOf('|'))
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('`', '').replaceAll('\\|', '|')),
  );
  return rows.map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i] ?? ''])));
}

function decide(rule: TriggerRule, ends: readonly NeedOutcome[], pending: number): string {
  const tally = new NeedTally(rule, ends.length + pending);
  ends.forEach((end, need) => {
    tally.add(need, 'plain', end);
  });
  return tally.decide().replace('upstream_fail', 'upstream_failed');
}

/** Every list of one to `most` items of these. */
function listsOf<T>(items: readonly T[], most: number): T[][] {
  const lists = items.map((item) => [item]);
  if (most === 1) return lists;
  return [...lists, ...listsOf(items, most - 1).flatMap((list) => items.map((item) => [...list, item]))];
}
