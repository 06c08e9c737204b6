/** Temporal's states of a workflow execution, in lower case. */
export const RUN_STATUSES = [
  'running',
  'completed',
  'failed',
  'cancelled',
  'terminated',
  'timed_out',
  'continued_as_new',
] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

/** @param name Temporal's name, such as `TIMED_OUT` */
export function runStatusOf(name: string): RunStatus {
  const status = RUN_STATUSES.find((known) => known.toUpperCase() === name);
  return status ?? 'running'; // UNSPECIFIED, UNKNOWN and PAUSED: it has not ended
}

/** Temporal's numbers; its enum is in a CommonJS module whose names ESM can't import. */
const CODES: readonly (RunStatus | undefined)[] = [
  undefined,
  'running',
  'completed',
  'failed',
  'cancelled',
  'terminated',
  'continued_as_new',
  'timed_out',
];

/** @param code as in the server's own messages */
export function runStatusOfCode(code: number | null | undefined): RunStatus {
  return CODES[code ?? 0] ?? 'running'; // as above
}

/** As Temporal's visibility queries write it, such as `TimedOut`. */
export function visibilityStatus(status: RunStatus): string {
  if (status === 'cancelled') return 'Canceled';
  return status
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
