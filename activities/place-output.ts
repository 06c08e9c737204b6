import type { Json } from '../src/core/json.js';
import { inMebibytes, LARGEST_PAYLOAD, payloadSize } from '../src/core/payload-size.js';
import { storedOutput, wireItems, wireOutput } from '../src/core/wire-output.js';
import type { OutputStore, StoredFor } from '../src/data/output-store.js';
import { InvalidOutputError, NoStorageError } from './task-error.js';

/** Where an output goes that is too large to travel itself. */
export interface OutputPlace {
  readonly store: OutputStore;
  readonly owner: StoredFor;
  /** What is larger does not travel itself; undefined in runs that knew no storage. */
  readonly inlineBytes: number | undefined;
  /** Whether it is a list of items, each of which is given to a task by itself. */
  readonly isItems: boolean;
  /** When it need not be stored any more. */
  readonly signal: AbortSignal;
}

/**
 * An output as it travels: itself, or a claim on it.
 *
 * @throws {@link NoStorageError}, {@link InvalidOutputError} where it can't be stored, what the storage throws, and what `signal` was aborted with
 */
export async function placeOutput(output: Json | undefined, place: OutputPlace): Promise<Json | undefined> {
  const wire = wireOutput(output);
  const { store, owner, inlineBytes = LARGEST_PAYLOAD } = place;
  const bytes = payloadSize(wire);
  if (wire === undefined || bytes <= inlineBytes) return wire;
  if (place.inlineBytes === undefined) {
    throw new InvalidOutputError(`it is ${inMebibytes(bytes)} of JSON, and Temporal takes 2 MiB`, {
      place: 'output',
      hint: 'start a new run, whose large outputs are stored, or store the value elsewhere and return where it is',
    });
  }
  if (!store.canStore) throw NoStorageError.of(bytes, inlineBytes);
  const stored = place.isItems && Array.isArray(wire) ? wireItems(wire) : wire;
  return storedOutput(await store.store(stored, owner, place.signal));
}
