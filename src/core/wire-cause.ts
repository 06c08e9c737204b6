import type { Cause } from './cause.js';

/**
 * A {@link Cause}, short for those that thousands of tasks can have at once: `[root, from]` upstream, `[root, from, 1]` skipped with it, `[root]` stopped, `[]` cancelled
 * with the run, and `'error'` for a failure whose text was left out because there were too many.
 */
export type WireCause =
  | Extract<Cause, { kind: 'error' | 'unserved' | 'condition' | 'trigger' | 'timeout' | 'operator' | 'mapSettled' }>
  | 'error'
  | readonly []
  | readonly [root: number]
  | readonly [root: number, from: number]
  | readonly [root: number, from: number, skipped: 1];

/** Bytes of text in one snapshot before errors are cut to their first line, and before they are left out: a memo holds 2 MiB. */
const TEXT_BUDGET = { whole: 200_000, firstLines: 300_000 };
/** Characters. */
const LONGEST = { text: 4_000, firstLine: 120, type: 100 };

/** Shortens the causes of one snapshot, which share its budget of text. */
export function causeShortener(): (cause: Cause) => WireCause {
  let used = 0;
  const text = (whole: string) => {
    const kept =
      used < TEXT_BUDGET.whole ? cut(whole, LONGEST.text) : cut(whole.split('\n', 1)[0] ?? '', LONGEST.firstLine);
    used += utf8Bound(kept);
    return kept;
  };
  return (cause) => {
    switch (cause.kind) {
      case 'error': {
        if (used > TEXT_BUDGET.firstLines) return 'error';
        const { type, message, stack } = cause.error;
        const isWhole = used < TEXT_BUDGET.whole;
        return {
          kind: 'error',
          error: {
            type: cut(type, LONGEST.type),
            message: text(message),
            ...(stack && isWhole && { stack: text(stack) }),
          },
        };
      }
      case 'unserved':
        return { kind: 'unserved', reason: used > TEXT_BUDGET.firstLines ? '' : text(cause.reason) };
      case 'condition':
      case 'trigger':
      case 'timeout':
      case 'mapSettled':
        return cause;
      case 'operator':
        return cause.reason === undefined ? cause : { ...cause, reason: text(cause.reason) };
      case 'upstream':
        return [cause.root, cause.from];
      case 'upstreamSkipped':
        return [cause.root, cause.from, 1];
      case 'stopped':
        return [cause.root];
      case 'runCancelled':
        return [];
    }
  };
}

const LEFT_OUT: Cause = {
  kind: 'error',
  error: { type: 'Error', message: 'the message was left out, as too many tasks failed; it is in the history' },
};

export function readCause(cause: WireCause | undefined): Cause | undefined {
  if (cause === undefined) return undefined;
  if (cause === 'error') return LEFT_OUT;
  if (!isTuple(cause)) return cause;
  const [root, from, skipped] = cause;
  if (root === undefined) return { kind: 'runCancelled' };
  if (from === undefined) return { kind: 'stopped', root };
  return { kind: skipped === 1 ? 'upstreamSkipped' : 'upstream', root, from };
}

/** `Array.isArray` does not narrow a union with readonly tuples. */
function isTuple(cause: object): cause is readonly [root?: number, from?: number, skipped?: 1] {
  return Array.isArray(cause);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)} … (${text.length - length} more characters)`;
}

/** At most so many bytes as UTF-8: three for a UTF-16 unit, unless it is ASCII throughout. */
function utf8Bound(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range begins with them
  return /^[\x00-\x7f]*$/.test(text) ? text.length : text.length * 3;
}
