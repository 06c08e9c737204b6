import { isRecord, type Json } from './json.js';
import { payloadSize } from './payload-size.js';

/** Where an output is stored, when it is too large to travel itself. Plain data. */
export type Claim = {
  /** The name of the storage driver that has it. */
  readonly driver: string;
  /** By which that driver finds it. */
  readonly data: { readonly [key: string]: string };
  /** Of its JSON. */
  readonly bytes: number;
  /** SHA-256 of its JSON, base64url. */
  readonly sha256: string;
  /** Of a stored list: how many there are in it. */
  readonly count?: number;
};

/** A claim on what is stored, or with `at` on one in the list that is stored, of so many bytes. */
export type Stored = { readonly claim: Claim; readonly at?: number; readonly bytes?: number };

/** One after the other they make a list; each output in it may be an envelope itself. */
export type WireList = readonly Json[] | StoredList;

export interface StoredList {
  readonly claim: Claim;
  /** Of a map's items: the number of its first, where it has not all of them. @default 0 */
  readonly first?: number;
}

/**
 * An output (or an input) travels as its own bare JSON, unless it is one of these, which stand under the key `$pawl`:
 *
 * - `value`: JSON that would itself be taken for an envelope
 * - `claim`: it is stored elsewhere
 * - `lists`, `record`: of a map or a child workflow, some of whose outputs are envelopes
 */
export type Envelope =
  | { readonly value: Json }
  | Stored
  | { readonly lists: readonly WireList[] }
  | { readonly record: Readonly<Record<string, Json>> };

const KINDS = ['value', 'claim', 'lists', 'record'];

export function readEnvelope(wire: Json | undefined): Envelope | undefined {
  if (!isRecord(wire) || !isRecord(wire.$pawl)) return undefined;
  const { $pawl } = wire;
  return KINDS.some((kind) => kind in $pawl) ? ($pawl as Envelope) : undefined; // an output that only looks like one is in one
}

/** Undefined for what travels itself, and for what is only stored in part. */
export function readStored(wire: Json | undefined): Stored | undefined {
  const envelope = readEnvelope(wire);
  return envelope !== undefined && 'claim' in envelope ? envelope : undefined;
}

/** What a function returned, as it travels. */
export function wireOutput(output: Json | undefined): Json | undefined {
  return isRecord(output) && '$pawl' in output ? envelope({ value: output as Json }) : output;
}

export function storedOutput(claim: Claim): Json {
  return envelope({ claim });
}

/** One in a list that is stored. */
export function storedOutputAt(claim: Claim, at: number, bytes?: number): Json {
  return envelope({ claim, at, ...(bytes !== undefined && { bytes }) });
}

/** How large an output is, and which storage has it. */
export interface OutputExtent {
  /** Of its JSON. */
  readonly bytes: number;
  /** The name of a storage driver; undefined: it travels itself, all of it. */
  readonly driver?: string;
}

export function outputExtent(wire: Json | undefined): OutputExtent {
  const envelope = readEnvelope(wire);
  if (envelope === undefined) return { bytes: payloadSize(wire) };
  if ('value' in envelope) return { bytes: payloadSize(envelope.value) };
  if ('claim' in envelope) {
    const { claim, at, bytes } = envelope;
    return { bytes: (at === undefined ? claim.bytes : bytes) ?? 0, driver: claim.driver };
  }
  const parts = 'lists' in envelope ? envelope.lists.map(listExtent) : Object.values(envelope.record).map(outputExtent);
  const driver = parts.find((part) => part.driver !== undefined)?.driver;
  return { bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0), ...(driver !== undefined && { driver }) };
}

function listExtent(list: WireList): OutputExtent {
  if (!isInline(list)) return { bytes: list.claim.bytes, driver: list.claim.driver };
  return outputExtent({ $pawl: { record: { ...list } } });
}

/** What the items of a map made. */
export function wireList(outputs: readonly Json[]): Json {
  return outputs.some(readEnvelope) ? envelope({ lists: [outputs] }) : outputs;
}

/** The same of a map whose items are in several lists, some of them stored. */
export function joinLists(lists: readonly WireList[]): Json {
  return lists.every(isInline) ? wireList(lists.flat()) : envelope({ lists });
}

/** What a child workflow returned. */
export function wireRecord(outputs: Json | undefined): Json | undefined {
  if (!isRecord(outputs)) return outputs as Json | undefined;
  const record = outputs as Readonly<Record<string, Json>>;
  return '$pawl' in record || Object.values(record).some(readEnvelope) ? envelope({ record }) : record;
}

/** A map's items, as they are stored: each as it travels. */
export function wireItems(items: readonly Json[]): Json[] {
  return items.map((item) => wireOutput(item) ?? null);
}

export function isInline(list: WireList): list is readonly Json[] {
  return Array.isArray(list);
}

function envelope($pawl: Envelope): Json {
  return { $pawl: $pawl as unknown as Json }; // plain data, all of it
}
