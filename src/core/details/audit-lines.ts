import type { AuditEntry } from '../order.js';
import { instantText } from './instant-text.js';
import { markdownCell } from './markdown-cell.js';

/** Orders that are shown; all of them are in the run's status. */
const SHOWN = 5;
/** Characters of what a person wrote. */
const MAX_TEXT = 200;

/** The last orders that operators gave, as a Markdown list; undefined if there were none. */
export function auditLines(audit: readonly AuditEntry[]): string | undefined {
  if (audit.length === 0) return undefined;
  const title = audit.length > SHOWN ? `The last ${SHOWN} of ${audit.length} orders:` : 'Orders:';
  return [title, '', ...audit.slice(-SHOWN).map((entry) => `- ${auditLine(entry)}`)].join('\n');
}

function auditLine({ at, verb, task, actor, reason, refused }: AuditEntry): string {
  const what = task === undefined ? verb : `${verb} ${markdownCell(task, MAX_TEXT)}`;
  const why = reason === undefined ? '' : `: ${markdownCell(reason, MAX_TEXT)}`;
  const effect = refused === undefined ? '' : ` (it had no effect: ${markdownCell(refused, MAX_TEXT)})`;
  return `${instantText(at)}, ${what}, by ${markdownCell(actor, MAX_TEXT)}${why}${effect}`;
}
