import { PawlError } from '../core/pawl-error.js';

/** The keys, or what they are to be used with, can't be right. */
export class EncryptionOptionsError extends PawlError {
  readonly code = 'INVALID_ENCRYPTION_OPTIONS';
}

/** Something was encrypted with a key that is not among `encryption.keys`. */
export class UnknownEncryptionKeyError extends PawlError {
  readonly code = 'UNKNOWN_ENCRYPTION_KEY';
  readonly keyId: string;

  constructor(keyId: string, known: readonly string[]) {
    super(`it was encrypted with the key '${keyId}', which is not there: there are ${known.map(quote).join(', ')}`, {
      place: 'encryption.keys',
      hint: 'a key that is no longer the active one stays among the keys for as long as anything was encrypted with it',
    });
    this.keyId = keyId;
  }
}

/** What was encrypted can't be decrypted: it was changed, or the key of that id is another one than it was. */
export class DecryptionError extends PawlError {
  readonly code = 'DECRYPTION_FAILED';
}

function quote(id: string): string {
  return `'${id}'`;
}
