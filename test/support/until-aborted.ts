/** What a handler waits for that ends when its signal aborts, as `fetch` or `setTimeout` with a signal would. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}
