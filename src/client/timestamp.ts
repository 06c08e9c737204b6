import type { google } from '@temporalio/proto';

export function toMilliseconds(timestamp: google.protobuf.ITimestamp | null | undefined): number {
  return Number(timestamp?.seconds ?? 0) * 1_000 + Math.floor((timestamp?.nanos ?? 0) / 1e6);
}

export function toDate(timestamp: google.protobuf.ITimestamp | null | undefined): Date | undefined {
  return timestamp == null ? undefined : new Date(toMilliseconds(timestamp));
}
