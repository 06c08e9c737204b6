import { randomInt } from 'node:crypto';

/** The seed in PAWL_TEST_SEED, or a random one; printed, so that what a test did can be done again. */
export function chooseSeed(of: string): number {
  const seed = Number(process.env.PAWL_TEST_SEED ?? randomInt(2 ** 31));
  console.log(`${of}: PAWL_TEST_SEED=${seed}`);
  return seed;
}
