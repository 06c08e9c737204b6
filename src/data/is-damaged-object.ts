import { StoredObjectCorruptError } from './driver-errors.js';

/**
 * Whether a driver has found that its bytes are not those that were stored: Pawl's own, or the published ones for S3 and GCS, which have no class for it.
 * To ask again would give the same bytes.
 */
export function isDamagedObject(error: unknown): boolean {
  if (error instanceof StoredObjectCorruptError) return true;
  return error instanceof Error && error.name === 'ValueError' && error.message.includes('integrity check failed');
}
