import { isGrpcServiceError } from '@temporalio/client';

const CODES = { cancelled: 1, deadlineExceeded: 4, notFound: 5, failedPrecondition: 9, unavailable: 14 } as const;

/** Whether the error, or what it wraps, is a gRPC status of this kind. The SDK wraps service errors in its own. */
export function isGrpcStatus(error: unknown, ...kinds: (keyof typeof CODES)[]): boolean {
  if (isGrpcServiceError(error)) return kinds.some((kind) => error.code === CODES[kind]);
  return error instanceof Error && error.cause !== undefined && isGrpcStatus(error.cause, ...kinds);
}
