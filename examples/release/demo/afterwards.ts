import { line } from './line.js';
import type { Paint } from './paint.js';

/** What `npm run dev-server` shows the Temporal UI at, if it is not told otherwise. */
const DEV_SERVER_UI = 'http://127.0.0.1:8233';

export interface Kept {
  readonly address: string;
  readonly taskQueue: string;
  readonly site: string;
  readonly dir: string;
}

/** What can be done while --keep keeps everything running. */
export function describeKept({ address, taskQueue, site, dir }: Kept, paint: Paint): string[] {
  const start = `temporal workflow start --address ${address} --task-queue ${taskQueue} --type release`;
  return [
    line(paint, 'site', site),
    line(paint, 'another run', `${start} --input '${JSON.stringify({ dir })}'`),
    line(paint, 'Ctrl-C', 'stops the worker, the site, and the server if it was started here'),
  ];
}

/** How to find the run again: the demo's server keeps it in the same file as `npm run dev-server`. */
export function describeLater(workflowId: string, namespace: string, paint: Paint): string {
  const address = `${DEV_SERVER_UI}/namespaces/${namespace}/workflows/${workflowId}`;
  return line(paint, 'see it again', `npm run dev-server, then ${address}`);
}
