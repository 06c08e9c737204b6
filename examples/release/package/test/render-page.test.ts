import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderPage } from '../src/index.js';

test('names the latest release', () => {
  const page = renderPage('demo', [
    { version: '2.0.0', date: undefined, groups: [] },
    { version: '1.0.0', date: undefined, groups: [] },
  ]);
  assert.match(page, /The latest release is <strong>2\.0\.0<\/strong>/);
});

test('says so when nothing is released', () => {
  assert.match(renderPage('demo', []), /Nothing is released yet/);
});

test('escapes what the changelog says and shows code as code', () => {
  const changes = ['`a < b` & <script>'];
  const page = renderPage('demo', [{ version: '1.0.0', date: undefined, groups: [{ title: 'Fixed', changes }] }]);
  assert.match(page, /<li><code>a &lt; b<\/code> &amp; &lt;script&gt;<\/li>/);
});
