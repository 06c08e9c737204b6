/**
 * Does the work for each item, some of them at once, and returns the results in the order of the items. When one fails, or
 * `abortSignal` aborts, those under way are aborted and waited for, the others are not begun, and the first failure is thrown.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  abortSignal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const failure = new AbortController();
  const signal = abortSignal === undefined ? failure.signal : AbortSignal.any([abortSignal, failure.signal]);
  const results: R[] = new Array(items.length);
  const entries = items.entries();
  const takeItems = async () => {
    // One iterator for all of them: each takes the next that nobody has.
    for (const [index, item] of entries) {
      signal.throwIfAborted();
      results[index] = await work(item, signal);
    }
  };
  const takers = Array.from({ length: Math.min(AT_ONCE, items.length) }, takeItems);
  try {
    await Promise.all(takers);
  } catch (error) {
    failure.abort(error);
    await Promise.allSettled(takers);
    throw error;
  }
  return results;
}

/** More than the four threads that Node has for files, and far from the 1,024 files that a process may have open. */
const AT_ONCE = 16;
