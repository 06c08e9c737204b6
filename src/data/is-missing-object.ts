import { StoredObjectMissingError } from './driver-errors.js';

/**
 * Whether a driver failed because what a claim refers to is not there: Pawl's own, or the published ones for S3 and GCS,
 * which give what their cloud's SDK has thrown as the cause.
 */
export function isMissingObject(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof StoredObjectMissingError) return true;
    const { name, code } = at as Error & { code?: unknown };
    if (name === 'NoSuchKey' || code === 404) return true; // of the AWS SDK; of @google-cloud/storage
  }
  return false;
}
