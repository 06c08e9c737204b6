import { isRecord } from '../../core/json.js';
import { STORE_ACTIVITY } from '../../core/protocol.js';
import type { PayloadReader } from '../payloads.js';
import type { HistoryEvent } from './delivered-events.js';
import { readLocalMarker } from './local-marker.js';

/** Whether the run has stored something by `pawl.store`, whose replies are markers of local activities. */
export async function findStoreReply(events: readonly HistoryEvent[], payloads: PayloadReader): Promise<boolean> {
  for (const event of events) {
    const marker = await readLocalMarker(event, payloads);
    if (marker?.activityType !== STORE_ACTIVITY) continue;
    const [reply] = await payloads.values(event.markerRecordedEventAttributes?.details?.result?.payloads);
    if (isRecord(reply) && reply.status === 'stored' && Array.isArray(reply.claims)) return true;
  }
  return false;
}
