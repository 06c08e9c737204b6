import { describe, expect, test } from 'vitest';
import { serverEnvironment } from '../../worker/dev-server-settings.js';

describe('the environment of the dev server', () => {
  test('lets garbage be collected less often', () => {
    expect(serverEnvironment({ HOME: '/home' }, true)).toEqual({ HOME: '/home', GOGC: '400', GOMEMLIMIT: '2GiB' });
  });

  test('keeps what the user has set of it', () => {
    expect(serverEnvironment({ GOGC: '50' }, true)).toMatchObject({ GOGC: '50' });
  });

  test('is the given one where the server is not tuned', () => {
    expect(serverEnvironment({ HOME: '/home' }, false)).toEqual({ HOME: '/home' });
  });
});
