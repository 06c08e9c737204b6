import type { LoadedDataConverter, Payload, ProtoFailure } from '@temporalio/common';
// Not public, and still better than a second implementation of codecs over nested failures.
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/codec-helpers.js';

/** Reads what history holds, with the client's converter and codecs. */
export class PayloadReader {
  readonly #converter: LoadedDataConverter;

  constructor(converter: LoadedDataConverter) {
    this.#converter = converter;
  }

  values(payloads: Payload[] | null | undefined): Promise<unknown[]> {
    return decodeArrayFromPayloads(this.#converter, payloads);
  }

  failure(failure: ProtoFailure | null | undefined): Promise<Error | undefined> {
    return decodeOptionalFailureToOptionalError(this.#converter, failure);
  }
}
