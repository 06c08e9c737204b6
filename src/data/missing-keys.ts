import type { Payload, PayloadCodec } from '@temporalio/common';
import { isEncrypted } from './encryption-codec.js';
import { DecryptionError } from './encryption-errors.js';

/** Stands where the codec that encrypts would, and says what is missing when there is something to decrypt. */
export const missingKeys: PayloadCodec = {
  encode: async (payloads) => payloads,
  decode: async (payloads: Payload[]) => {
    if (!payloads.some(isEncrypted)) return payloads;
    throw new DecryptionError('this data is encrypted, and no keys were given', {
      place: 'encryption',
      hint: 'connect with the keys of the workers: OrchestrationEngine.connect({ encryption: { keys, activeKey } })',
    });
  },
};
