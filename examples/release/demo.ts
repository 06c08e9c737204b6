import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { OrchestrationEngine, PawlError, type Run } from 'pawl';
import { connectOrStartDevServer } from 'pawl/worker';
import { describeKept, describeLater } from './demo/afterwards.js';
import { readCompletions, reportCrash } from './demo/crash-report.js';
import { DemoWorker } from './demo/demo-worker.js';
import { followRun } from './demo/follow-run.js';
import { INTERRUPTED, Interruption } from './demo/interruption.js';
import { line } from './demo/line.js';
import { type DemoOptions, readOptions, USAGE } from './demo/options.js';
import { describeFailure, describeSuccess } from './demo/outcome-report.js';
import { paintFor } from './demo/paint.js';
import { RootFolder } from './demo/root-folder.js';
import { viewFor } from './demo/view.js';
import { waitForWorker } from './demo/wait-for-worker.js';
import { serveFolder } from './serve-folder.js';
import { liveFolder } from './tasks/deploy.js';
import { release } from './workflow.js';
import { readEntries } from './workspace.js';

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let options: DemoOptions | 'help';
  try {
    options = readOptions(args, process.env);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  try {
    return await demonstrate(options);
  } catch (error) {
    console.error(error instanceof PawlError ? error.message : error);
    return 1;
  }
}

/** Starts what a release needs, runs one, and stops all of it again. */
async function demonstrate(options: DemoOptions): Promise<number> {
  const view = viewFor(process.stdout);
  const paint = paintFor(process.stdout);
  const interruption = new Interruption();
  const root = new RootFolder();

  view.note(line(paint, 'package', options.dir));
  await using server = await connectOrStartDevServer({ onProgress: (progress) => view.note(progress) });
  await using site = await serveFolder(liveFolder(root.path));
  const id = randomUUID().slice(0, 8);
  const { address, namespace, uiUrl } = server;
  // A server that others use too may have workers on `pawl` with another definition of this name.
  const taskQueue = process.env.TEMPORAL_ADDRESS ? `pawl-demo-${id}` : 'pawl';
  await using engine = await OrchestrationEngine.connect({ address, namespace, taskQueue, ...(uiUrl && { uiUrl }) });
  await using worker = new DemoWorker({ address, namespace, taskQueue, log: join(root.path, 'worker.log') });
  view.note(line(paint, 'Temporal', `${address}, task queue ${taskQueue}, worker ${worker.pid}`));
  await waitForWorker(engine, worker);

  const input = { dir: options.dir, root: root.path, url: site.url };
  const run = await engine.start(release, input, { workflowId: `release-demo-${id}` });
  view.note(line(paint, 'Temporal UI', run.url ?? 'unknown; TEMPORAL_UI_URL tells where it is'));

  const interrupted = interruption.takeCare();
  const followed = await followRun({ run, worker, view, crash: options.crash, interrupted });
  const { snapshot } = followed;
  const workspace = root.workspaceOf(snapshot.runId);
  const hasSucceeded = snapshot.status === 'completed';
  const report = hasSucceeded
    ? describeSuccess(await run.result(), snapshot, paint)
    : describeFailure(snapshot, await reasonOf(run), workspace, paint);
  for (const text of report) view.note(text);

  let isClean = true;
  if (options.crash && hasSucceeded) {
    const crash = reportCrash(followed, await readCompletions(engine, snapshot), await readEntries(workspace), paint);
    for (const text of ['', ...crash.lines]) view.note(text);
    isClean = crash.isClean;
  }
  if (options.keep && !interrupted.aborted) {
    for (const text of ['', ...describeKept({ address, taskQueue, site: site.url, dir: options.dir }, paint)])
      view.note(text);
    await once(interrupted, 'abort');
  } else if (!process.env.TEMPORAL_ADDRESS) {
    view.note(describeLater(run.id, namespace, paint));
  }
  if (!hasSucceeded && interrupted.aborted) return INTERRUPTED;
  return hasSucceeded && isClean ? 0 : 1;
}

/** Why a run has no result. */
async function reasonOf(run: Run): Promise<string> {
  try {
    await run.result();
    return 'unknown';
  } catch (error) {
    return error instanceof PawlError ? error.message : String(error);
  }
}
