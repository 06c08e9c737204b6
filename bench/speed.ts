// Pawl beside the same graphs written by hand on Temporal: `npm run bench`. It takes an hour;
// `npm run bench -- --only graphs` (or data, start, server, replay) a part of them, `--workload fan-100` these graphs of it, `--rounds 3` a quick look.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { OrchestrationEngine } from 'pawl';
import { startDevServer } from 'pawl/worker';
import { printCriteria } from './measure/criterion.js';
import { describeMachine } from './measure/machine.js';
import { installQuietRuntime } from './measure/quiet-runtime.js';
import { bundleHandWorkflows } from './speed/hand-bundle.js';
import { measureData } from './speed/measure-data.js';
import { measureGraphs } from './speed/measure-graphs.js';
import { measureReplay } from './speed/measure-replay.js';
import { measureServers } from './speed/measure-servers.js';
import { measureStart } from './speed/measure-start.js';
import type { Bench } from './speed/section.js';
import { WORKLOADS, workloadOf } from './speed/workloads.js';
import { writeResults } from './speed/write-results.js';

const DURABILITY =
  'One server with its database in a file, in WAL mode with synchronous=normal: safe against a killed process, not against a power cut.';

const {
  only,
  workload: names,
  rounds,
  out,
} = parseArgs({
  options: {
    only: { type: 'string' },
    workload: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '15' },
    out: { type: 'string', default: 'bench/results' },
  },
}).values;
const PARTS = ['graphs', 'server', 'start', 'replay', 'data'];
if (only !== undefined && !PARTS.includes(only)) throw new RangeError(`--only takes one of ${PARTS.join(', ')}`);
const workloads = names?.map(workloadOf) ?? WORKLOADS;
if (!(Number(rounds) >= 1)) throw new RangeError('--rounds takes a number from 1');

installQuietRuntime();
const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-'));
process.env.PAWL_STORAGE_DIR = join(folder, 'storage'); // of this process and its workers
try {
  const handBundle = join(folder, 'hand-workflows.js');
  await bundleHandWorkflows(handBundle);
  await using server = await startDevServer({ dbFilename: join(folder, 'server.db') });
  await using engine = await OrchestrationEngine.connect({ address: server.address });
  const { serverVersion } = await engine.client.workflowService.getSystemInfo({});
  const machine = describeMachine(serverVersion);
  console.log([...machine, DURABILITY, `${rounds} rounds; the medians`, ''].join('\n'));
  const bench: Bench = { server, engine, folder, handBundle, rounds: Number(rounds) };

  const isWanted = (part: string) => only === undefined || only === part;
  const graphs = isWanted('graphs') ? await measureGraphs(bench, workloads) : undefined;
  const servers = isWanted('server') ? await measureServers(bench) : undefined;
  const start = isWanted('start') ? await measureStart(bench) : undefined;
  const replay = isWanted('replay') ? await measureReplay(bench) : undefined;
  const data = isWanted('data') ? await measureData(bench) : undefined;

  const criteria = [graphs, servers, start, replay, data].flatMap((findings) => findings?.criteria ?? []);
  await writeResults(out, {
    machine: [...machine, DURABILITY],
    criteria,
    graphs: graphs?.figures,
    servers: servers?.figures,
    start: start?.figures,
    replay: replay?.figures,
    data: data?.figures,
  });
  process.exitCode = printCriteria(criteria) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
