/**
 * The needs of each node without those that another path implies: a need of a need is not a line of its own. The
 * reduced graph has the same waves, order and reachability. O(edges · nodes / 32).
 */
export function reduceNeeds(needsOf: readonly (readonly number[])[]): number[][] {
  const words = Math.ceil(needsOf.length / 32);
  const upstream: Uint32Array[] = [];
  return needsOf.map((needs, index) => {
    const distinct = [...new Set(needs)];
    const throughNeeds = new Uint32Array(words);
    for (const need of distinct) {
      for (const [word, bits] of upstream[need]?.entries() ?? []) merge(throughNeeds, word, bits);
    }
    const own = throughNeeds.slice();
    for (const need of distinct) merge(own, need >>> 5, 1 << (need & 31));
    upstream[index] = own;
    return distinct.filter((need) => !isIn(throughNeeds, need)).sort((a, b) => a - b);
  });
}

function merge(set: Uint32Array, word: number, bits: number): void {
  set[word] = (set[word] ?? 0) | bits;
}

function isIn(set: Uint32Array, index: number): boolean {
  return (((set[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
}
