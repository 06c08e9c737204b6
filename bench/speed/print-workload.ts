import { medianOf, type Ratio, ratioOf, samplesOf } from './compare-samples.js';
import { CONTENDERS, type Contender } from './contenders.js';
import type { Sample } from './measure-contender.js';
import { criticalPath, type Workload } from './workloads.js';

export function printWorkload(samples: readonly Sample[], workload: Workload): void {
  console.log(`${workload.name}: ${describe(workload)}`);
  console.log(row(['', 'ms', 'to (a)', '95 % interval', 'events', 'KiB', 'wf tasks', 'worker cpu s', 'server cpu s']));
  for (const contender of CONTENDERS) console.log(row(cellsOf(contender, samples, workload)));
  const local = ratioOf(samples, workload.name, 'c', 'e');
  if (local !== undefined) console.log(`  (c) to (e): ${local.median.toFixed(3)} ${interval(local)}`);
  console.log();
}

function describe(workload: Workload): string {
  const { graph, runs, goes, taskTime } = workload;
  const tasks = `${graph().length} tasks${taskTime > 0 ? ` of ${taskTime} ms, critical path ${criticalPath(workload)} ms` : ''}`;
  const median = goes > 1 ? `; of ${goes} goes in each round the median` : '';
  if (runs === 1) return tasks + median;
  return `${runs} runs at once, ${tasks} each${median}; events to cpu are those of one run`;
}

function cellsOf({ letter, title }: Contender, samples: readonly Sample[], workload: Workload): string[] {
  const name = `(${letter}) ${title}`;
  const own = samplesOf(samples, workload.name, letter);
  if (own.length === 0) return [name, 'not available'];
  const ratio = ratioOf(samples, workload.name, letter, 'a');
  const time = medianOf(own, (sample) => sample.time);
  return [
    name,
    time.toFixed(0),
    ratio?.median.toFixed(3) ?? '',
    ratio === undefined ? '' : interval(ratio),
    String(medianOf(own, ({ history }) => history.events)),
    (medianOf(own, ({ history }) => history.bytes) / 1_024).toFixed(1),
    String(medianOf(own, ({ history }) => history.workflowTasks)),
    (medianOf(own, ({ workerCpu }) => workerCpu) / 1_000).toFixed(3),
    (medianOf(own, ({ serverCpu }) => serverCpu) / 1_000).toFixed(3),
    ...(workload.taskTime > 0 ? [`${(time / criticalPath(workload)).toFixed(3)} of the critical path`] : []),
  ];
}

function interval({ low, high }: Ratio): string {
  return `[${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

const WIDTHS = [22, 8, 8, 17, 8, 8, 10, 14, 14];

function row(cells: readonly string[]): string {
  return cells
    .map((cell, column) =>
      column === 0 ? cell.padEnd(WIDTHS[0] ?? 0) : cell.padStart(WIDTHS[column] ?? cell.length + 2),
    )
    .join('');
}
