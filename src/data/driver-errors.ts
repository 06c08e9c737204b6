import { PawlError } from '../core/pawl-error.js';

/** What a claim refers to is not there. The task that made it must run again; or this machine does not share the storage folder. */
export class StoredObjectMissingError extends PawlError {
  readonly code = 'OBJECT_MISSING';
}

/** What is stored under a claim are not the bytes that were stored. The task that made it must run again. */
export class StoredObjectCorruptError extends PawlError {
  readonly code = 'OBJECT_CORRUPT';
}

/** A claim that this driver can't have made. */
export class InvalidClaimError extends PawlError {
  readonly code = 'INVALID_CLAIM';
}

/** The storage can't be read or written now: no permission, a full disk, a broken device. Trying again may help. */
export class StorageUnusableError extends PawlError {
  readonly code = 'STORAGE_UNUSABLE';
}
