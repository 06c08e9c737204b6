import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChangelog } from '../src/index.js';

test('reads versions, dates and changes by group', () => {
  const releases = parseChangelog(
    '# Changelog\n\n## [1.1.0] - 2026-02-01\n\n### Added\n\n- A\n- B\n\n### Fixed\n\n- C\n',
  );
  assert.deepEqual(releases, [
    {
      version: '1.1.0',
      date: '2026-02-01',
      groups: [
        { title: 'Added', changes: ['A', 'B'] },
        { title: 'Fixed', changes: ['C'] },
      ],
    },
  ]);
});

test('leaves out what is not released', () => {
  const releases = parseChangelog('## [Unreleased]\n\n### Added\n\n- Soon\n\n## 1.0.0\n');
  assert.deepEqual(releases, [{ version: '1.0.0', date: undefined, groups: [] }]);
});

test('puts the latest release first', () => {
  const versions = parseChangelog('## 1.9.0\n## 1.10.0\n## 1.2.0\n').map((release) => release.version);
  assert.deepEqual(versions, ['1.10.0', '1.9.0', '1.2.0']);
});

test('joins the lines of a change', () => {
  const [release] = parseChangelog('## 1.0.0\n### Added\n- one\n  two\n- three\n');
  assert.deepEqual(release?.groups[0]?.changes, ['one two', 'three']);
});

test('reads Windows line ends', () => {
  const [release] = parseChangelog('## 1.0.0\r\n### Added\r\n- one\r\n');
  assert.deepEqual(release?.groups, [{ title: 'Added', changes: ['one'] }]);
});
