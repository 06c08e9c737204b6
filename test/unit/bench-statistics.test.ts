import { describe, expect, it } from 'vitest';
import { bootstrapInterval, median, seededRandom, shuffle } from '../../bench/measure/statistics.js';

describe('median', () => {
  it('is the middle of an odd number of values, in whatever order', () => {
    expect(median([9, 1, 4])).toBe(4);
  });

  it('is the mean of the two in the middle of an even number', () => {
    expect(median([4, 1, 9, 2])).toBe(3);
  });

  it('is not a number where there are no values', () => {
    expect(median([])).toBeNaN();
  });
});

describe('bootstrapInterval', () => {
  const ratios = [0.98, 1.01, 1.02, 1.02, 1.03, 1.04, 1.05, 1.05, 1.06, 1.07, 1.08, 1.09, 1.1, 1.12, 1.9];

  it('lies around the median, and an outlier does not stretch it', () => {
    const { low, high } = bootstrapInterval(ratios, seededRandom(1));

    expect(low).toBeLessThanOrEqual(median(ratios));
    expect(high).toBeGreaterThanOrEqual(median(ratios));
    expect(high).toBeLessThan(1.2);
  });

  it('is the same for the same seed', () => {
    expect(bootstrapInterval(ratios, seededRandom(7))).toEqual(bootstrapInterval(ratios, seededRandom(7)));
  });

  it('is a point where all values are equal', () => {
    expect(bootstrapInterval([2, 2, 2], seededRandom(1))).toEqual({ low: 2, high: 2 });
  });

  it('covers the median of the population in about 95 of 100 samples', () => {
    const random = seededRandom(3);
    const samples = Array.from({ length: 100 }, () => Array.from({ length: 15 }, random));

    const covering = samples.filter((values) => {
      const { low, high } = bootstrapInterval(values, random, 200);
      return low <= 0.5 && 0.5 <= high;
    });

    expect(covering.length / samples.length).toBeGreaterThan(0.85);
  });
});

describe('shuffle', () => {
  it('keeps every value once', () => {
    expect(shuffle([1, 2, 3, 4, 5], seededRandom(2)).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('gives the same order for the same seed', () => {
    expect(shuffle([1, 2, 3, 4, 5], seededRandom(2))).toEqual(shuffle([1, 2, 3, 4, 5], seededRandom(2)));
  });
});
