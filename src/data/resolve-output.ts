import type { Json } from '../core/json.js';
import { type Claim, isInline, readEnvelope, type WireList } from '../core/wire-output.js';

/** Gives what is stored. */
export type LoadClaim = (claim: Claim) => Promise<Json>;

/** An output as it was returned, of what travelled: whatever of it is stored is loaded, all at once. */
export async function resolveOutput(wire: Json | undefined, load: LoadClaim): Promise<Json | undefined> {
  const envelope = readEnvelope(wire);
  if (envelope === undefined) return wire;
  if ('value' in envelope) return envelope.value;
  if ('lists' in envelope) {
    const lists = await Promise.all(envelope.lists.map((list) => resolveList(list, load)));
    return lists.flat(1);
  }
  if ('record' in envelope) {
    const outputs = Object.entries(envelope.record).map(async ([name, output]) => [name, await resolve(output, load)]);
    return Object.fromEntries(await Promise.all(outputs));
  }
  const stored = await load(envelope.claim);
  if (envelope.at === undefined) return resolveOutput(stored, load);
  return resolveOutput((stored as readonly Json[])[envelope.at], load); // with `at` a list was stored
}

async function resolveList(list: WireList, load: LoadClaim): Promise<Json[]> {
  const outputs = isInline(list) ? list : ((await load(list.claim)) as readonly Json[]); // as above
  return Promise.all(outputs.map((output) => resolve(output, load)));
}

/** In a list, what is not there is null. */
async function resolve(output: Json, load: LoadClaim): Promise<Json> {
  return (await resolveOutput(output, load)) ?? null;
}
