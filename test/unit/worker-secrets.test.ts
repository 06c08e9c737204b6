import { describe, expect, test, vi } from 'vitest';
import { WorkerSecrets } from '../../activities/worker-secrets.js';
import { secretsOf } from '../support/secrets-of.js';

const deploy = { workflow: 'release', task: 'deploy' };

describe('a secret', () => {
  test('is asked for once in an attempt, also by two at once, and again in the next', async () => {
    const provide = vi.fn((name: string) => `value of ${name}`);
    const secrets = new WorkerSecrets({ provide, hint: () => '' });
    const attempt = secrets.forAttempt(deploy);
    expect(await Promise.all([attempt.resolve('NPM_TOKEN'), attempt.resolve('NPM_TOKEN')])).toEqual([
      'value of NPM_TOKEN',
      'value of NPM_TOKEN',
    ]);
    await attempt.resolve('NPM_TOKEN');
    expect(provide.mock.calls).toEqual([['NPM_TOKEN', deploy]]);
    await secrets.forAttempt(deploy).resolve('NPM_TOKEN');
    expect(provide).toHaveBeenCalledTimes(2);
  });

  test('that could not be had is asked for again', async () => {
    const provide = vi.fn(async () => 'npm_s3cr3t').mockRejectedValueOnce(new Error('the vault is sealed'));
    const attempt = new WorkerSecrets({ provide, hint: () => '' }).forAttempt(deploy);
    await expect(attempt.resolve('NPM_TOKEN')).rejects.toThrow('the vault is sealed');
    expect(await attempt.resolve('NPM_TOKEN')).toBe('npm_s3cr3t');
  });

  test.each([[undefined], [null], ['']])('is not there when the provider gives %o', async (value) => {
    const secrets = new WorkerSecrets({ provide: () => value as undefined, hint: (name) => `set ${name}` });
    await expect(secrets.forAttempt(deploy).resolve('NPM_TOKEN')).rejects.toMatchObject({
      name: 'SecretNotFoundError',
      code: 'SECRET_NOT_FOUND',
      message: "release.deploy: there is no secret 'NPM_TOKEN'; set NPM_TOKEN",
    });
  });

  test.each([
    ['12345', 'has fewer than 6 characters'],
    [' 1234\n', 'has fewer than 6 characters'],
    [123456, 'the provider gave a number'],
    [{}, 'the provider gave an object'],
  ])('is refused when it is %o', async (value, problem) => {
    const attempt = new WorkerSecrets({ provide: () => value as string, hint: () => '' }).forAttempt(deploy);
    await expect(attempt.resolve('PIN')).rejects.toMatchObject({
      code: 'INVALID_SECRET',
      message: expect.stringContaining(problem),
    });
  });
});

describe('what is masked', () => {
  test('is nothing before a secret was resolved, without a look at it', () => {
    const untouchable = new Proxy([], {
      get: () => {
        throw new Error('touched');
      },
    });
    const secrets = secretsOf({ NPM_TOKEN: 'npm_s3cr3t' });
    expect(secrets.mask('npm_s3cr3t')).toBe('npm_s3cr3t');
    expect(secrets.mask(untouchable)).toBe(untouchable);
    expect(secrets.forAttempt(deploy).refuseIn(untouchable, 'output')).toBe(untouchable);
  });

  test('is what any attempt of the worker has resolved, also after it has ended', async () => {
    const secrets = secretsOf({ NPM_TOKEN: 'npm_s3cr3t' });
    const attempt = secrets.forAttempt(deploy);
    await attempt.resolve('NPM_TOKEN');
    attempt.end();
    expect(secrets.mask('401 for npm_s3cr3t')).toBe('401 for [secret NPM_TOKEN]');
  });

  test('is also a value that came when the attempt had ended', async () => {
    const secrets = secretsOf({ NPM_TOKEN: 'npm_s3cr3t' });
    const attempt = secrets.forAttempt(deploy);
    const late = attempt.resolve('NPM_TOKEN');
    attempt.end();
    await late;
    expect(secrets.mask('npm_s3cr3t')).toBe('[secret NPM_TOKEN]');
  });

  test('has a key line by line', async () => {
    const secrets = secretsOf({ KEY: '-----BEGIN KEY-----\nMIIEvQIBADAN\n-----END KEY-----' });
    await secrets.forAttempt(deploy).resolve('KEY');
    expect(secrets.mask('bad line MIIEvQIBADAN')).toBe('bad line [secret KEY]');
  });

  test('are all values of attempts that run, and the last hundred of those that have ended', async () => {
    const secrets = new WorkerSecrets({ provide: (name) => `value-${name}.`, hint: () => '' });
    const runs = secrets.forAttempt(deploy);
    await runs.resolve('first');
    for (let i = 0; i < 101; i++) {
      const attempt = secrets.forAttempt(deploy);
      await attempt.resolve(String(i));
      attempt.end();
    }
    expect(secrets.mask('value-first. value-0. value-1. value-2. value-100.')).toBe(
      '[secret first] value-0. value-1. [secret 2] [secret 100]',
    );
    runs.end();
  });
});

describe('an output', () => {
  const refused = async (values: Record<string, string>, output: Parameters<typeof attempt.refuseIn>[0]) => {
    const own = secretsOf(values).forAttempt(deploy);
    for (const name of Object.keys(values)) await own.resolve(name);
    return () => own.refuseIn(output, 'output');
  };
  const attempt = secretsOf({}).forAttempt(deploy);

  test.each([
    [{ registry: [{ token: 'Bearer npm_s3cr3t' }] }, 'output.registry[0].token'],
    [{ tokens: { npm_s3cr3t: 1 } }, 'output.tokens.[secret NPM_TOKEN]'],
    ['npm_s3cr3t', 'output'],
    [[Buffer.from('user:npm_s3cr3t').toString('base64')], 'output[0]'],
  ])('with a secret in it is refused, naming the place and the secret: %j', async (output, path) => {
    const refusal = await refused({ NPM_TOKEN: 'npm_s3cr3t' }, output);
    expect(refusal).toThrow(`${path}: it has the secret 'NPM_TOKEN' in it; what a task returns`);
    expect(refusal).toThrow(expect.objectContaining({ failureType: 'InvalidOutput' }));
    expect(refusal).not.toThrow('npm_s3cr3t');
  });

  test('with a secret in a number, or with one that JSON escapes, is refused', async () => {
    expect(await refused({ PIN: '345678' }, { pin: 12345678 })).toThrow("output.pin: it has the secret 'PIN' in it");
    expect(await refused({ KEY: 'two\n"lines"' }, { key: 'two\n"lines"' })).toThrow('output.key');
  });

  test('may have what only another attempt resolved, since it must not depend on what ran before', async () => {
    const secrets = secretsOf({ NPM_TOKEN: 'npm_s3cr3t', OTHER: 'another one' });
    await secrets.forAttempt(deploy).resolve('NPM_TOKEN');
    const own = secrets.forAttempt(deploy);
    await own.resolve('OTHER');
    expect(own.refuseIn('npm_s3cr3t', 'output')).toBe('npm_s3cr3t');
  });
});
