import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TemporalCliNotFoundError } from '../../worker/dev-server-error.js';
import { findTemporalCli } from '../../worker/find-temporal-cli.js';
import type { MakeTemporalCli } from '../../worker/temporal-cli.js';

let root: string;
let pathFolder: string;
let cache: string;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pawl-find-cli-'));
  pathFolder = join(root, 'bin');
  cache = join(root, 'cache');
  env = { PATH: pathFolder, PAWL_CACHE_DIR: cache };
});

afterEach(() => rm(root, { recursive: true, force: true }));

describe('the order of the search', () => {
  test('TEMPORAL_CLI_PATH comes before everything else', async () => {
    const named = await program(join(root, 'my-temporal'), answering('1.0.0'));
    await program(join(pathFolder, 'temporal'), answering('2.0.0'));
    const cli = await findTemporalCli({ env: { ...env, TEMPORAL_CLI_PATH: named } });
    expect(cli).toEqual({ path: named, version: '1.0.0', source: 'TEMPORAL_CLI_PATH' });
  });

  test('a TEMPORAL_CLI_PATH that does not exist is refused, not passed over', async () => {
    await program(join(pathFolder, 'temporal'), answering('2.0.0'));
    const search = findTemporalCli({ env: { ...env, TEMPORAL_CLI_PATH: join(root, 'gone') } });
    await expect(search).rejects.toThrow(/^TEMPORAL_CLI_PATH: .*gone is not a Temporal CLI.*there is no such file/);
  });

  test('`temporal` on PATH comes before the cache', async () => {
    const onPath = await program(join(pathFolder, 'temporal'), answering('2.0.0'));
    await program(join(cache, 'temporal'), answering('3.0.0'));
    expect(await findTemporalCli({ env })).toMatchObject({ path: onPath, source: 'PATH' });
  });

  test('the cache comes before the download', async () => {
    const cached = await program(join(cache, 'temporal'), answering('3.0.0'));
    expect(await findTemporalCli({ env, download: unreachable })).toMatchObject({ path: cached, source: 'cache' });
  });

  test('the download comes before the build', async () => {
    const cli = await findTemporalCli({ env, download: making('4.0.0'), build: making('5.0.0') });
    expect(cli).toEqual({ path: join(cache, 'temporal'), version: '4.0.0', source: 'download' });
  });

  test('the build is the last resort', async () => {
    const cli = await findTemporalCli({ env, download: unreachable, build: making('5.0.0') });
    expect(cli).toEqual({ path: join(cache, 'temporal'), version: '5.0.0', source: 'build' });
  });

  test('what was made once is found in the cache from then on', async () => {
    await findTemporalCli({ env, download: making('4.0.0') });
    expect(await findTemporalCli({ env, download: unreachable })).toMatchObject({ version: '4.0.0', source: 'cache' });
  });
});

describe('the cache folder', () => {
  test('is `pawl` in XDG_CACHE_HOME without PAWL_CACHE_DIR', async () => {
    const cli = await findTemporalCli({ env: { PATH: '', XDG_CACHE_HOME: root }, download: making('4.0.0') });
    expect(cli.path).toBe(join(root, 'pawl', 'temporal'));
  });

  test('is `.cache/pawl` at home without either', async () => {
    const cli = await findTemporalCli({ env: { PATH: '', HOME: root }, download: making('4.0.0') });
    expect(cli.path).toBe(join(root, '.cache', 'pawl', 'temporal'));
  });
});

describe('a broken program', () => {
  test('on PATH is skipped with its reason', async () => {
    const broken = await program(join(pathFolder, 'temporal'), answering('2.0.0'), 0o644);
    const told: string[] = [];
    const cli = await findTemporalCli({ env, download: making('4.0.0'), onProgress: (line) => told.push(line) });
    expect(cli.source).toBe('download');
    expect(told).toContain(`skipping ${broken}: it is not executable`);
  });

  test('of the same name that is no Temporal CLI is skipped', async () => {
    await program(join(pathFolder, 'temporal'), 'echo something else');
    const told: string[] = [];
    await findTemporalCli({ env, download: making('4.0.0'), onProgress: (line) => told.push(line) });
    expect(told.join('\n')).toContain("it answers 'something else' to `--version`");
  });

  test('in the cache is replaced', async () => {
    await program(join(cache, 'temporal'), 'exit 1');
    const cli = await findTemporalCli({ env, download: making('4.0.0') });
    expect(cli).toEqual({ path: join(cache, 'temporal'), version: '4.0.0', source: 'download' });
  });

  test('that is half a binary is replaced', async () => {
    await mkdir(cache, { recursive: true });
    await writeFile(join(cache, 'temporal'), '\x7fELF, and then nothing', { mode: 0o755 });
    expect(await findTemporalCli({ env, download: making('4.0.0') })).toMatchObject({ version: '4.0.0' });
  });

  test('that the download leaves does not get into the cache', async () => {
    const cli = await findTemporalCli({
      env,
      download: (folder) => program(join(folder, 'temporal'), 'exit 1'),
      build: making('5.0.0'),
    });
    expect(cli).toMatchObject({ version: '5.0.0', source: 'build' });
  });
});

describe('the build', () => {
  test('runs `go install` of the pinned version with GOBIN inside the cache folder', async () => {
    const log = join(root, 'go.log');
    await program(
      join(pathFolder, 'go'),
      `echo "$@" "$GOBIN" > ${log}; printf '#!/bin/sh\\necho temporal version 1.5.1\\n' > "$GOBIN/temporal"`,
    );
    const cli = await findTemporalCli({ env, download: unreachable });
    expect(cli).toEqual({ path: join(cache, 'temporal'), version: '1.5.1', source: 'build' });
    const [verb, module, gobin] = (await readFile(log, 'utf8')).trim().split(' ');
    expect([verb, module]).toEqual(['install', 'github.com/temporalio/cli/cmd/temporal@v1.5.1']);
    expect(dirname(gobin ?? '')).toBe(cache);
  });

  test('shows what go says when it fails', async () => {
    await program(join(pathFolder, 'go'), 'echo "go: no such host" >&2; exit 1');
    await expect(findTemporalCli({ env, download: unreachable })).rejects.toThrow('go ended with 1: go: no such host');
  });

  test('of two processes at the same time leaves one whole program and nothing else', async () => {
    const [one, two] = await Promise.all([
      findTemporalCli({ env, download: unreachable, build: making('5.0.1') }),
      findTemporalCli({ env, download: unreachable, build: making('5.0.2') }),
    ]);
    expect([one.path, two.path]).toEqual([join(cache, 'temporal'), join(cache, 'temporal')]);
    expect(await readdir(cache)).toEqual(['temporal']);
    expect((await findTemporalCli({ env })).version).toMatch(/^5\.0\.[12]$/);
  });
});

test('without any way to a CLI the error says everything that was tried and what to do', async () => {
  const error = await findTemporalCli({ env, download: unreachable }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TemporalCliNotFoundError);
  const { message } = error as TemporalCliNotFoundError;
  expect(message).toContain('- TEMPORAL_CLI_PATH: not set');
  expect(message).toContain('- `temporal` on PATH: not there');
  expect(message).toContain(`- the cache, ${join(cache, 'temporal')}: not there`);
  expect(message).toContain('- the download: no network');
  expect(message).toContain('- go install github.com/temporalio/cli/cmd/temporal@v1.5.1: there is no `go` on PATH');
  expect(message).toMatch(/install the Temporal CLI .*TEMPORAL_CLI_PATH.*install Go.*TEMPORAL_ADDRESS/s);
});

async function program(path: string, script: string, mode = 0o755): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, mode);
  return path;
}

function answering(version: string): string {
  return `echo temporal version ${version}`;
}

function making(version: string): MakeTemporalCli {
  return (folder) => program(join(folder, 'made'), answering(version), 0o644);
}

const unreachable: MakeTemporalCli = () => Promise.reject(new Error('no network'));
