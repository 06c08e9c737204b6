import { inspect } from 'node:util';

/** Characters. Fewer, of a line or of a part in base64, stand in a text by accident. */
const PART_MINIMUM = 8;

/** The forms in which all of a value may stand in a text: as it is, escaped in JSON, encoded in a URL, in base64, in hexadecimal digits. Without the white space around it. */
export function formsOf(secret: string): readonly string[] {
  const value = Buffer.from(secret.trim()).toString(); // `encodeURIComponent` throws for half a surrogate pair
  const encoded = [
    encodeURIComponent(value),
    encodeURI(value),
    new URLSearchParams([['', value]]).toString().slice('='.length),
    passwordInUrl(value),
  ];
  const escaped = escapeJson(value);
  return distinct([
    secret.trim(),
    value,
    escaped,
    escapeJson(escaped), // JSON in a string of JSON
    inspect(value).slice(1, -1), // so does the SDK's logger print it
    ...encoded,
    ...encoded.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    ...base64Forms(value),
    ...hexForms(value),
  ]);
}

/** The lines of a value that has several, such as a private key, which loggers and tools print one by one. */
export function linesOf(secret: string): readonly string[] {
  const lines = secret.trim().split(/\r?\n|\\n/); // of a key in a JSON file, which has them escaped
  if (lines.length === 1) return [];
  return distinct(lines.map((line) => line.trim())).filter((line) => line.length >= PART_MINIMUM);
}

export function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** A URL's user and password are escaped by a rule of their own. */
function passwordInUrl(value: string): string {
  const url = new URL('http://host');
  url.password = value;
  return url.password;
}

/** Also as `inspect` prints a Buffer. */
function hexForms(value: string): string[] {
  const hex = Buffer.from(value).toString('hex');
  return [hex, hex.toUpperCase(), hex.replace(/..(?!$)/g, '$& ')];
}

/**
 * In base64 three bytes become four characters, so that a value within something longer (`user:password` of basic authentication) looks
 * different for each of the three places at which it may begin: of each, the characters that stand for nothing but the value.
 */
function base64Forms(value: string): string[] {
  const whole = Buffer.from(value).toString('base64').replace(/=+$/, '');
  const parts = [0, 1, 2].map((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
    return bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
  const forms = [whole, ...parts.filter((part) => part.length >= PART_MINIMUM)];
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
