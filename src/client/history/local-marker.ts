import { isRecord } from '../../core/json.js';
import type { PayloadReader } from '../payloads.js';
import type { HistoryEvent } from './delivered-events.js';

/** What a local activity leaves in history when it has ended. */
export interface LocalMarker {
  /** Local and other activities are counted together. */
  readonly seq: number;
  readonly activityType: string;
  /** Of a task: the id of its dispatch. */
  readonly summary: unknown;
  /** When it ended, in milliseconds since the epoch: the time that the workflow saw then. */
  readonly at: number | undefined;
}

/** Undefined for any other event. */
export async function readLocalMarker(
  { markerRecordedEventAttributes: marker, userMetadata }: HistoryEvent,
  payloads: PayloadReader,
): Promise<LocalMarker | undefined> {
  if (marker?.markerName !== 'core_local_activity') return undefined;
  const [data] = await payloads.values(marker.details?.data?.payloads);
  if (!isRecord(data) || typeof data.seq !== 'number' || typeof data.activity_type !== 'string') return undefined;
  const [summary] = await payloads.values(userMetadata?.summary ? [userMetadata.summary] : []);
  const { seq, activity_type: activityType, complete_time: time } = data;
  return { seq, activityType, summary, at: readTime(time) };
}

/** As the SDK writes it. */
function readTime(time: unknown): number | undefined {
  if (!isRecord(time) || typeof time.seconds !== 'number' || typeof time.nanos !== 'number') return undefined;
  return time.seconds * 1_000 + Math.floor(time.nanos / 1_000_000);
}
