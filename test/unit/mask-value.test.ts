import { inspect } from 'node:util';
import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { maskValue } from '../../activities/mask-value.js';
import { TextMask } from '../../activities/text-mask.js';

const SECRET = 'npm_s3cr3t';
const MASKED = '[secret NPM_TOKEN]';
const mask = new TextMask([{ text: SECRET, name: 'NPM_TOKEN' }]);
const masked = <T>(value: T): T => maskValue(value, mask);

class ImageError extends Error {
  readonly #image = 'i-1';

  get image(): string {
    return this.#image;
  }
}

test('a text that is a part of another is masked after it', () => {
  const both = new TextMask([
    { text: 'abcdef', name: 'A' },
    { text: 'abcdefgh', name: 'B' },
  ]);
  expect(both.mask('abcdefgh, abcdef')).toBe('[secret B], [secret A]');
});

test('a name may have in it what is a pattern elsewhere', () => {
  expect(new TextMask([{ text: SECRET, name: '$&' }]).mask(SECRET)).toBe('[secret $&]');
});

describe('in data', () => {
  test('texts and keys are masked at any depth', () => {
    expect(masked({ request: [{ headers: { [SECRET]: 1, auth: `Bearer ${SECRET}` } }], size: 3 })).toEqual({
      request: [{ headers: { [MASKED]: 1, auth: `Bearer ${MASKED}` } }],
      size: 3,
    });
  });

  test('a number is masked whose digits are a secret', () => {
    expect(maskValue({ pin: 12345678n, port: 80 }, new TextMask([{ text: '345678', name: 'PIN' }]))).toEqual({
      pin: '12[secret PIN]',
      port: 80,
    });
  });

  test('a cycle stays one', () => {
    const node: Record<string, unknown> = { token: SECRET };
    node.self = node;
    const copy = masked(node);
    expect(copy.token).toBe(MASKED);
    expect(copy.self).toBe(copy);
  });

  test('what is nested too deep is left out', () => {
    let nested: object = { token: SECRET };
    for (let i = 0; i < 10_000; i++) nested = { nested };
    expect(JSON.stringify(masked(nested))).toContain('[too deep to be masked]');
    expect(JSON.stringify(masked(nested))).not.toContain(SECRET);
  });

  test('what holds no secret is passed on as it is', () => {
    const value = { at: new Date(0), url: new URL('http://host'), bytes: Buffer.from('x'), list: new Map([[1, 2]]) };
    expect(masked(value)).toBe(value);
  });

  test('a key named __proto__ is a key like any other', () => {
    const copy = masked(JSON.parse(`{ "__proto__": { "token": "${SECRET}" } }`));
    expect(JSON.stringify(copy)).toBe(`{"__proto__":{"token":"${MASKED}"}}`);
  });

  test('a getter that throws hides nothing else', () => {
    const value = {
      get broken(): string {
        throw new Error('no');
      },
      token: SECRET,
    };
    expect(masked(value)).toEqual({ broken: undefined, token: MASKED });
  });
});

describe('an object of a class', () => {
  class Login {
    constructor(readonly token: string) {}
  }

  test.each([
    ['a URL', new URL(`http://user:${SECRET}@host/`), `http://user:${MASKED}@host/`],
    ['fields', new Login(SECRET), { token: MASKED }],
    ['bytes', Buffer.from(`x ${SECRET}`), `x ${MASKED}`],
  ])('that shows a secret becomes what JSON makes of it: %s', (_, value, expected) => {
    expect(masked({ value, kept: 1 })).toEqual({ value: expected, kept: 1 });
  });

  test.each([
    ['headers', new Headers({ authorization: SECRET })],
    ['a map', new Map([['token', SECRET]])],
    ['what leads back to itself', Object.assign(new Login(SECRET), { self: new Map<string, unknown>() })],
  ])('of which JSON shows nothing becomes what a logger makes of it: %s', (_, value) => {
    if (value instanceof Login) Object.assign(value, { self: value });
    const copy = masked({ value });
    expect(copy.value).toContain(MASKED);
    expect(inspect(copy)).not.toContain(SECRET);
  });
});

describe('an error', () => {
  test('keeps its class, and is masked in message, stack, fields and causes', () => {
    const cause = new AggregateError([new RangeError(`no ${SECRET}`), SECRET], 'two', { cause: { token: SECRET } });
    const copy = masked(Object.assign(new ImageError(`401 for ${SECRET}`, { cause }), { request: { auth: SECRET } }));
    expect(copy).toBeInstanceOf(ImageError);
    expect(copy).toMatchObject({ name: 'Error', message: `401 for ${MASKED}`, request: { auth: MASKED } });
    expect(copy.stack).toContain(`401 for ${MASKED}`);
    expect(copy.cause).toBeInstanceOf(AggregateError);
    expect(copy.cause).toMatchObject({ errors: [{ message: `no ${MASKED}` }, MASKED], cause: { token: MASKED } });
    expect(inspect(copy, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  test('that has no secret is passed on as it is', () => {
    const error = new ImageError('no image');
    expect(masked(error)).toBe(error);
  });

  test('of Temporal is masked in type and details, and is not sent as the failure that it came from', () => {
    const failure = ApplicationFailure.nonRetryable('401', SECRET, { token: SECRET });
    failure.failure = { message: SECRET };
    const copy = masked(new ActivityFailure('failed', 'build', '1', 'IN_PROGRESS', 'me', failure)).cause;
    expect(copy).toBeInstanceOf(ApplicationFailure);
    expect(copy).toMatchObject({ type: MASKED, details: [{ token: MASKED }], nonRetryable: true });
    expect(copy).not.toHaveProperty('failure');
    expect(masked(new CancelledFailure('stopped', [SECRET]))).toBeInstanceOf(CancelledFailure);
  });

  test('whose message is computed is masked, too', () => {
    const copy = masked(new DOMException(`aborted ${SECRET}`, 'AbortError'));
    expect(copy).toMatchObject({ name: 'AbortError', message: `aborted ${MASKED}` });
  });
});
