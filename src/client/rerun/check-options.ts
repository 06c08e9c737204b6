import { suggest } from '../../define/suggest.js';
import type { RerunOptions } from './rerun.js';
import { RerunRefusedError } from './rerun-errors.js';

const KNOWN: readonly (keyof RerunOptions)[] = [
  'from',
  'definition',
  'workflow',
  'input',
  'dryRun',
  'workflowId',
  'runId',
  'newKeys',
  'cache',
];

/**
 * JavaScript may pass anything, and a mistaken option would rerun something else than was meant.
 *
 * @throws {@link RerunRefusedError}
 */
export function checkOptions(options: RerunOptions, place: string): void {
  const refuse = (message: string, hint?: string) => {
    throw new RerunRefusedError(message, { place, ...(hint !== undefined && { hint }) });
  };
  for (const key of Object.keys(options)) {
    if (!KNOWN.includes(key as keyof RerunOptions)) refuse(`there is no option '${key}'`, suggest(key, KNOWN));
  }
  const { from = 'failed', definition = 'same' } = options;
  if (from !== 'failed' && !Array.isArray(from)) {
    refuse('from is neither a list nor failed', "write 'failed', or a list of ids: ['deploy', 'smoke[3]']");
  }
  if (definition !== 'same' && definition !== 'latest') {
    refuse(`there is no definition '${definition}'`, "write 'same' or 'latest'");
  }
  if (options.cache !== undefined && options.cache !== 'bypass') {
    refuse(`cache can't be ${JSON.stringify(options.cache)}`, "write 'bypass', or leave it out");
  }
}
