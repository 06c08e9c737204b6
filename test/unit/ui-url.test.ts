import { describe, expect, test } from 'vitest';
import { guessUiUrl, runUrl } from '../../src/client/ui-url.js';

describe('the Temporal UI', () => {
  test.each([
    [undefined, 'http://localhost:8233'],
    ['localhost:7233', 'http://localhost:8233'],
    ['127.0.0.1:40001', 'http://127.0.0.1:41001'],
    ['http://localhost:7233', 'http://localhost:8233'],
    ['localhost', 'http://localhost:8233'],
    ['[::1]:7233', 'http://[::1]:8233'],
    ['acme.a1b2c.tmprl.cloud:7233', 'https://cloud.temporal.io'],
    ['us-east-1.aws.api.temporal.io:7233', 'https://cloud.temporal.io'],
    ['temporal.internal:7233', undefined],
    ['localhost.example.com:7233', undefined],
  ])('of a server at %s is %s', (address, url) => {
    expect(guessUiUrl(address, {})).toBe(url);
  });

  test('is what TEMPORAL_UI_URL says, before anything else', () => {
    expect(guessUiUrl('localhost:7233', { TEMPORAL_UI_URL: 'https://temporal.acme.com/' })).toBe(
      'https://temporal.acme.com',
    );
  });
});

describe('the address of a run', () => {
  test('is its history in the Temporal UI', () => {
    expect(runUrl('http://localhost:8233', 'default', 'release-42', 'run-id')).toBe(
      'http://localhost:8233/namespaces/default/workflows/release-42/run-id/history',
    );
  });

  test('is that of the workflow id, where it may be any run of it', () => {
    expect(runUrl('http://localhost:8233', 'default', 'release-42', undefined)).toBe(
      'http://localhost:8233/namespaces/default/workflows/release-42',
    );
  });

  test('holds whatever a workflow id may hold', () => {
    expect(runUrl('http://localhost:8233', 'default', 'a/b c?d', 'run-id')).toBe(
      'http://localhost:8233/namespaces/default/workflows/a%2Fb%20c%3Fd/run-id/history',
    );
  });

  test('is unknown where the UI is', () => {
    expect(runUrl(undefined, 'default', 'release-42', 'run-id')).toBeUndefined();
  });
});
