import { randomBytes } from 'node:crypto';

/** Text that does not compress, so that no layer below has it easier than with real data. */
export function largeText(bytes: number): string {
  return randomBytes(bytes / 2).toString('hex');
}
