import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formsOf, linesOf } from '../../activities/secret-forms.js';

const SECRET = 'p@ss "wörd"/+é\\1\n& more';

describe('a secret is found', () => {
  test.each([
    ['as it is', SECRET],
    ['in JSON', JSON.stringify({ token: SECRET })],
    ['in JSON within JSON', JSON.stringify({ body: JSON.stringify({ token: SECRET }) })],
    ['as a logger prints it', inspect({ token: SECRET }, { breakLength: Number.POSITIVE_INFINITY })],
    ['as a part of a URL', `https://host/${encodeURIComponent(SECRET)}?x`],
    ['with lower-case codes', encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase())],
    ['as a whole URL that was encoded', encodeURI(`https://host/${SECRET}`)],
    ['as a value of a form', new URLSearchParams({ token: SECRET }).toString()],
    ['as the password of a URL', Object.assign(new URL('postgres://host'), { password: SECRET }).href],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64 for URLs', Buffer.from(SECRET).toString('base64url')],
    ['in basic authentication', `Basic ${Buffer.from(`user:${SECRET}`).toString('base64')}`],
    ['without the white space around it', `Bearer ${SECRET.trim()}`],
  ])('%s', (_, text) => {
    expect(formsOf(`${SECRET}\n`).filter((form) => text.includes(form))).not.toEqual([]);
  });

  test('in base64 of anything that it is a part of', () => {
    const unit = fc.constantFrom(...'aZ09/+ "é語😀'); // of one to four bytes
    const bytes = fc.string({ maxLength: 5, unit });
    const secrets = fc.string({ minLength: 8, unit }).filter((text) => text.trim().length >= 8);
    fc.assert(
      fc.property(bytes, secrets, bytes, (before, secret, after) => {
        const all = Buffer.from(before + secret + after);
        for (const text of [all.toString('base64'), all.toString('base64url')]) {
          expect(formsOf(secret).some((form) => text.includes(form))).toBe(true);
        }
      }),
    );
  });
});

test('no form is so short that it stands in a text by accident', () => {
  expect(Math.min(...formsOf('ab&?12').map((form) => form.length))).toBe(6);
});

test('the lines of a private key are found one by one, those of a key in a JSON file, too', () => {
  expect(linesOf('-----BEGIN KEY-----\nMIIEvQIBADAN\nkq=\n-----END KEY-----\n')).toEqual([
    '-----BEGIN KEY-----',
    'MIIEvQIBADAN',
    '-----END KEY-----',
  ]);
  expect(linesOf('{ "key": "MIIEvQIBADAN\\nBgkqhkiG9w0B" }')).toEqual(['{ "key": "MIIEvQIBADAN', 'BgkqhkiG9w0B" }']);
  expect(linesOf('of one line')).toEqual([]);
});
