import type { CallThroughCache } from '../activities/result-caching.js';

/** In this process every call is made: a test wants to see its handlers run. */
export const nothingCached: CallThroughCache = async ({ make }) => ({ output: await make() });
