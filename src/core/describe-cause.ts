import type { Cause } from './cause.js';

/** A cause in words. */
export function describeCause(cause: Cause, idOf: (index: number) => string): string {
  switch (cause.kind) {
    case 'error':
      return cause.error.message;
    case 'unserved':
      return `can't start yet: ${cause.reason}`;
    case 'upstream':
      return cause.root === cause.from
        ? `because '${idOf(cause.root)}' failed`
        : `because '${idOf(cause.root)}' failed, through '${idOf(cause.from)}'`;
    case 'condition':
      return 'its condition said no';
    case 'upstreamSkipped':
      return cause.root === cause.from
        ? `because '${idOf(cause.root)}' was skipped`
        : `because '${idOf(cause.root)}' was skipped, through '${idOf(cause.from)}'`;
    case 'trigger':
      return `its trigger rule ${cause.rule} can not be fulfilled any more`;
    case 'stopped':
      return `stopped because '${idOf(cause.root)}' failed`;
    case 'runCancelled':
      return 'because the run was cancelled';
    case 'mapSettled':
      return 'its map has ended without it';
    case 'timeout':
      return 'nothing came within its timeout';
    case 'operator': {
      const because = cause.reason === undefined ? '' : `: ${cause.reason}`;
      return `${cause.verb === 'skip' ? 'skipped' : 'cancelled'} by ${cause.actor}${because}`;
    }
  }
}
