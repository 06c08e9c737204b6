import { bootstrapInterval, type Interval, median, seededRandom } from '../measure/statistics.js';
import type { Contender } from './contenders.js';
import type { Sample } from './measure-contender.js';

type Letter = Contender['letter'];

const RESAMPLING_SEED = 95;

/** How much longer one contender took than another. */
export interface Ratio extends Interval {
  /** Of the ratios within the rounds. */
  readonly median: number;
}

export function samplesOf(samples: readonly Sample[], workload: string, letter: Letter): Sample[] {
  return samples.filter((sample) => sample.workload === workload && sample.letter === letter);
}

/** By pairs of the same round, which what else the machine does meets alike; undefined where one of them did not run. */
export function ratioOf(samples: readonly Sample[], workload: string, letter: Letter, to: Letter): Ratio | undefined {
  const others = new Map(samplesOf(samples, workload, to).map(({ round, time }) => [round, time]));
  const ratios = samplesOf(samples, workload, letter).flatMap(({ round, time }) => {
    const other = others.get(round);
    return other === undefined ? [] : [time / other];
  });
  if (ratios.length === 0) return undefined;
  return { median: median(ratios), ...bootstrapInterval(ratios, seededRandom(RESAMPLING_SEED)) };
}

export function medianOf(samples: readonly Sample[], of: (sample: Sample) => number): number {
  return median(samples.map(of));
}
