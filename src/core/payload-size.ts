/** Bytes of one payload, somewhat less than the 2 MiB that Temporal takes: it counts metadata as well. */
export const LARGEST_PAYLOAD = 1.9 * 1024 * 1024;

/**
 * Bytes of what an order may carry. Temporal has up to ten orders in one message of 4 MiB, each up to twice: as it was given, and as it was checked.
 */
export const LARGEST_ORDER = 128 * 1024;

/** How many bytes a value takes as a JSON payload. */
export function payloadSize(value: unknown): number {
  const json = JSON.stringify(value);
  if (json === undefined) return 0;
  // Most of it is ASCII, and in the sandbox encoding is slow.
  return ASCII.test(json) ? json.length : new TextEncoder().encode(json).byteLength;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about all of ASCII
const ASCII = /^[\x00-\x7f]*$/;

/** How many bytes the arguments of a workflow take, which Temporal counts together. */
export function argumentsSize(args: readonly unknown[]): number {
  return args.reduce<number>((bytes, argument) => bytes + payloadSize(argument) + METADATA, 0);
}

/** Bytes that Temporal adds to each, generously. */
const METADATA = 200;

/**
 * Why a value can't be sent: its size, and which of its parts are the largest.
 *
 * @param what such as `what it needs`
 */
export function explainSize(
  what: string,
  bytes: number,
  parts: readonly (readonly [name: string, value: unknown])[],
): string {
  const largest = parts
    .map(([name, value]) => ({ name, size: payloadSize(value) }))
    .sort((a, b) => b.size - a.size)
    .slice(0, 3)
    .map(({ name, size }) => `'${name}' ${inMebibytes(size)}`);
  return (
    `${what} is ${inMebibytes(bytes)} of JSON, and Temporal takes 2 MiB; the largest: ${largest.join(', ')}. ` +
    'Store large values elsewhere and return where they are'
  );
}

export function inKibibytes(bytes: number): string {
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(2)} KiB` : inMebibytes(bytes);
}

export function inMebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
}
