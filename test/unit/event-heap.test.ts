import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventHeap } from '../../testing/event-heap.js';

test('gives what was put in by time, and of the same time what came first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
      const heap = new EventHeap<number>();
      for (const [order, at] of times.entries()) heap.push(at, order);
      const given = times.map(() => heap.pop());
      const sorted = times.map((at, value) => ({ at, value })).sort((a, b) => a.at - b.at || a.value - b.value);
      expect(given).toMatchObject(sorted);
      expect(heap.pop()).toBeUndefined();
    }),
  );
});

test('keeps its order while it is filled and emptied by turns', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 20 }))), (steps) => {
      const heap = new EventHeap<number>();
      const model: { at: number; value: number }[] = [];
      steps.forEach((at, value) => {
        if (at === null) {
          expect(heap.next).toBe(model[0]?.at);
          expect(heap.first).toBe(model[0]?.value);
          expect(heap.pop()?.value).toBe(model.shift()?.value);
        } else {
          heap.push(at, value);
          model.push({ at, value });
          model.sort((a, b) => a.at - b.at || a.value - b.value);
        }
      });
    }),
  );
});
