import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publicDeclarations } from '../support/public-declarations.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pawl-declarations-'));
  const tsc = join(root, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', folder], { cwd: root });
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

// After a change on purpose: `npx vitest run test/unit/public-api.test.ts --update`, and look at the difference.
describe.each([
  ['pawl', 'src', () => import('../../src/index.js')],
  ['pawl/worker', 'worker', () => import('../../worker/index.js')],
  ['pawl/testing', 'testing', () => import('../../testing/index.js')],
])('%s', (name, room, load) => {
  test('declares what the kept snapshot says', async () => {
    const { text } = publicDeclarations(join(folder, room, 'index.d.ts'));
    await expect(text).toMatchFileSnapshot(`public-api/${name.replace('/', '-')}.txt`);
  });

  test('exports the values that it declares, and no others', async () => {
    const { values } = publicDeclarations(join(folder, room, 'index.d.ts'));
    expect(Object.keys(await load()).sort()).toEqual([...values].sort());
  });
});
