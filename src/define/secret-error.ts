import { PawlError } from '../core/pawl-error.js';

/** There is no secret of that name on this worker. The task's retry policy decides whether it is tried again: another worker may have it. */
export class SecretNotFoundError extends PawlError {
  readonly code = 'SECRET_NOT_FOUND';
}

/** What the provider gave can't be used as a secret: it is no string, or too short to be masked. Retried as {@link SecretNotFoundError} is. */
export class InvalidSecretError extends PawlError {
  readonly code = 'INVALID_SECRET';
}
