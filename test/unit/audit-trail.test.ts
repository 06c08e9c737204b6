import { describe, expect, test } from 'vitest';
import { AuditTrail } from '../../src/core/audit-trail.js';
import type { Signature } from '../../src/core/order.js';

const by = (id: string): Signature => ({ id, actor: 'ann' });

describe('the audit trail', () => {
  test('says who ordered what, when and why', () => {
    const trail = new AuditTrail();
    trail.record({ verb: 'pause' }, { ...by('u1'), reason: 'it is late' }, 5);
    trail.record({ verb: 'skip', task: 'smoke[3]' }, by('u2'), 7);
    expect(trail.entries).toEqual([
      { id: 'u1', actor: 'ann', reason: 'it is late', at: 5, verb: 'pause' },
      { id: 'u2', actor: 'ann', at: 7, verb: 'skip', task: 'smoke[3]' },
    ]);
  });

  test('says of an order that was found wrong why it had no effect, and does not keep what it carried', () => {
    const trail = new AuditTrail();
    trail.record({ verb: 'send', task: 'window', value: 'x'.repeat(1_000) }, by('u1'), 5, 'not a date');
    expect(trail.entries).toEqual([
      { id: 'u1', actor: 'ann', at: 5, verb: 'send', task: 'window', refused: 'not a date' },
    ]);
  });

  test('keeps the last 1,000 orders, those of earlier executions and of child workflows counted', () => {
    const before = Array.from({ length: 600 }, (_, i) => ({ ...by(`before-${i}`), at: i, verb: 'pause' as const }));
    const trail = new AuditTrail(before);
    for (let i = 0; i < 300; i++) trail.record({ verb: 'resume' }, by(`own-${i}`), 600 + i);
    for (let i = 0; i < 300; i++) trail.note({ ...by(`noted-${i}`), at: 900 + i, verb: 'skip', task: 'smoke[0]' });
    expect(trail.entries).toHaveLength(1_000);
    expect([trail.entries[0]?.id, trail.entries.at(-1)?.id]).toEqual(['before-200', 'noted-299']);
    expect(before).toHaveLength(600);
  });
});
