import { isGrpcServiceError } from '@temporalio/client';

const CODES = {
  cancelled: 1,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
} as const;

type GrpcError = Parameters<typeof isGrpcServiceError>[0] & { readonly code: number; readonly details: string };

/** Whether the error, or what it wraps, is a gRPC status of this kind. The SDK wraps service errors in its own. */
export function isGrpcStatus(error: unknown, ...kinds: (keyof typeof CODES)[]): boolean {
  const status = grpcStatusOf(error);
  return status !== undefined && kinds.some((kind) => status.code === CODES[kind]);
}

/** What the server says beside the code; empty if the error is no gRPC status. */
export function grpcDetails(error: unknown): string {
  return grpcStatusOf(error)?.details ?? '';
}

function grpcStatusOf(error: unknown): GrpcError | undefined {
  if (isGrpcServiceError(error)) return error as GrpcError;
  return error instanceof Error && error.cause !== undefined ? grpcStatusOf(error.cause) : undefined;
}
