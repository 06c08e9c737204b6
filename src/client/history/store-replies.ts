import { isRecord } from '../../core/json.js';
import type { PayloadReader } from '../payloads.js';
import type { HistoryEvent } from './delivered-events.js';

/** Whether the run has stored something by `pawl.store`, whose replies are markers of local activities. */
export async function findStoreReply(events: readonly HistoryEvent[], payloads: PayloadReader): Promise<boolean> {
  for (const { markerRecordedEventAttributes: marker } of events) {
    const [reply] = await payloads.values(marker?.details?.result?.payloads);
    if (isRecord(reply) && reply.status === 'stored' && Array.isArray(reply.claims)) return true;
  }
  return false;
}
