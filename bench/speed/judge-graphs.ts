import type { Criterion } from '../measure/criterion.js';
import { medianOf, ratioOf, samplesOf } from './compare-samples.js';
import type { Contender } from './contenders.js';
import type { Sample } from './measure-contender.js';
import { criticalPath, type Workload } from './workloads.js';

type Letter = Contender['letter'];

const MOST_OVER_HAND = 1.1;
const MOST_LOCALLY = 0.35;
/** Events and workflow tasks more than by hand. */
const MOST_MORE = 5;
const MOST_OVER_CRITICAL_PATH = 1.15;

/** What must hold of Pawl beside what is written by hand. */
export function judgeGraphs(samples: readonly Sample[], workloads: readonly Workload[]): Criterion[] {
  return workloads.flatMap((workload) => [
    judgeRatio(samples, workload, 'b', 'a'),
    judgeRatio(samples, workload, 'c', 'e'),
    ...(workload.name === 'chain-50' ? [judgeLocalGain(samples, workload)] : []),
    judgeCount(samples, workload, 'history events', ({ history }) => history.events),
    judgeCount(samples, workload, 'workflow tasks', ({ history }) => history.workflowTasks),
    ...(workload.taskTime > 0 ? [judgeCriticalPath(samples, workload)] : []),
  ]);
}

function judgeRatio(samples: readonly Sample[], { name }: Workload, letter: Letter, to: Letter): Criterion {
  const what = `${name}: (${letter})/(${to}), upper end of the interval <= ${MOST_OVER_HAND.toFixed(2)}`;
  const ratio = ratioOf(samples, name, letter, to);
  if (ratio === undefined) return { what, measured: 'not available', holds: false };
  const measured = `${ratio.median.toFixed(3)} [${ratio.low.toFixed(3)}, ${ratio.high.toFixed(3)}]`;
  return { what, measured, holds: ratio.high <= MOST_OVER_HAND };
}

function judgeLocalGain(samples: readonly Sample[], { name }: Workload): Criterion {
  const what = `${name}: (c)/(a) <= ${MOST_LOCALLY}`;
  const ratio = ratioOf(samples, name, 'c', 'a');
  if (ratio === undefined) return { what, measured: 'not available', holds: false };
  return { what, measured: ratio.median.toFixed(3), holds: ratio.median <= MOST_LOCALLY };
}

function judgeCount(
  samples: readonly Sample[],
  { name }: Workload,
  counted: string,
  of: (sample: Sample) => number,
): Criterion {
  const [byHand, byPawl] = [medianOf(samplesOf(samples, name, 'a'), of), medianOf(samplesOf(samples, name, 'b'), of)];
  return {
    what: `${name}: ${counted} of (b) <= those of (a) + ${MOST_MORE}`,
    measured: `${byPawl} and ${byHand}`,
    holds: byPawl <= byHand + MOST_MORE,
  };
}

/**
 * As local tasks, as the docs advise for what is short. By way of the server each activity of a line takes some 18 ms more, so that the ten of the critical path alone,
 * with nothing else to do, take 1.09 of it.
 */
function judgeCriticalPath(samples: readonly Sample[], workload: Workload): Criterion {
  const ratioOfPath = (letter: Letter) =>
    medianOf(samplesOf(samples, workload.name, letter), ({ time }) => time) / criticalPath(workload);
  const ratio = ratioOfPath('c');
  return {
    what: `${workload.name}: (c) <= ${MOST_OVER_CRITICAL_PATH} of the critical path of ${criticalPath(workload)} ms`,
    measured: `${ratio.toFixed(3)}, where (e) is ${ratioOfPath('e').toFixed(3)}, (b) ${ratioOfPath('b').toFixed(3)}, (a) ${ratioOfPath('a').toFixed(3)}`,
    holds: ratio <= MOST_OVER_CRITICAL_PATH,
  };
}
