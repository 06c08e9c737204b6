import { createRequire } from 'node:module';
import type { DataConverter, LoadedDataConverter } from '@temporalio/common';
import { ENCODED_FAILURES } from './encoded-failure-converter.js';
import { EncryptionCodec } from './encryption-codec.js';
import { EncryptionOptionsError } from './encryption-errors.js';
import type { EncryptionOptions } from './encryption-keys.js';

const require = createRequire(import.meta.url);

/**
 * A Temporal data converter that encrypts all payloads, and messages and stacks of failures: for a `Client` of your own, which may be given
 * to `OrchestrationEngine.connect`. Codecs that are there already see the data first.
 *
 * @param dataConverter @default Temporal's
 * @throws {@link EncryptionOptionsError} for wrong keys, and for a failure converter of your own
 */
export function encryptedDataConverter(encryption: EncryptionOptions, dataConverter?: DataConverter): DataConverter {
  return withEncryption(new EncryptionCodec(encryption), dataConverter);
}

/** May be applied again after others have changed the converter: the codec is there once, as the last. */
export function withEncryption(codec: EncryptionCodec, dataConverter: DataConverter = {}): DataConverter {
  const { failureConverterPath, payloadCodecs = [] } = dataConverter;
  if ('failureConverter' in dataConverter) throw takenPlace(); // one that is loaded already, which the SDK takes, too
  return {
    ...dataConverter,
    failureConverterPath: encodedFailureConverterPath(failureConverterPath),
    payloadCodecs: [...payloadCodecs.filter((other) => other !== codec), codec],
  };
}

/**
 * What came of a converter when all plugins had their turn.
 *
 * @throws {@link EncryptionOptionsError}
 */
export function requireEncryption(codec: EncryptionCodec, loaded: LoadedDataConverter): void {
  const { payloadCodecs, failureConverter } = loaded;
  const encodesFailures = 'name' in failureConverter && failureConverter.name === ENCODED_FAILURES;
  if (payloadCodecs.at(-1) === codec && encodesFailures) return;
  throw new EncryptionOptionsError('another plugin has put a data converter in the place of the one that encrypts', {
    place: 'plugins',
    hint: 'make PawlPlugin the last one, of the connection, too',
  });
}

/**
 * The module from which the SDK loads the failure converter.
 *
 * @param given in its place
 * @throws {@link EncryptionOptionsError} if that is another one
 */
export function encodedFailureConverterPath(given?: string): string {
  const path = require.resolve('#encoded-failure-converter');
  if (given === undefined || given === path) return path;
  throw takenPlace();
}

function takenPlace(): EncryptionOptionsError {
  return new EncryptionOptionsError('it would take the place of the one that encodes messages and stacks of failures', {
    place: 'dataConverter.failureConverterPath',
    hint: 'leave it out, or leave out encryption and give codecs of your own',
  });
}
