// JavaScript, since the worker loads it by its path, beside what webpack bundles.
import { CompositePayloadConverter, JsonPayloadConverter, UndefinedPayloadConverter } from '@temporalio/common';

/** JSON with a mark in the metadata. */
class MarkedConverter extends JsonPayloadConverter {
  toPayload(value) {
    const payload = super.toPayload(value);
    return payload && { ...payload, metadata: { ...payload.metadata, mark: new Uint8Array([1]) } };
  }
}

export const payloadConverter = new CompositePayloadConverter(new UndefinedPayloadConverter(), new MarkedConverter());
