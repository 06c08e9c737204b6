import type { JsonHistory } from './history-file.js';

/** Base64 characters of a payload above which a replay that does not read it goes without. */
const LARGE = 2_048;

/**
 * What is kept of a history: stacks are left out, since they name files of this machine, and so are large arguments of activities, which
 * a replay does not read (it compares types and ids).
 */
export function makePortable(history: JsonHistory): JsonHistory {
  const events = history.events.map((event) => {
    const portable = withoutStacks(event) as typeof event; // of the same shape
    const scheduled = portable.activityTaskScheduledEventAttributes as { input?: { payloads?: { data?: string }[] } };
    for (const payload of scheduled?.input?.payloads ?? []) if ((payload.data?.length ?? 0) > LARGE) payload.data = '';
    return portable;
  });
  return { events };
}

function withoutStacks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutStacks);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'stackTrace' ? '' : withoutStacks(inner)]),
  );
}
