/** What is waited for; rejects if that takes longer. It is not stopped then, but nobody hears of it any more. */
export async function within<T>(milliseconds: number, waitedFor: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
  });
  waitedFor.catch(() => {}); // it may fail when nobody listens any more
  try {
    return await Promise.race([waitedFor, elapsed]);
  } finally {
    clearTimeout(timer);
  }
}
