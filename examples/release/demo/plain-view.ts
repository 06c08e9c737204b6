import type { RunSnapshot, TaskSnapshot } from 'pawl';
import { durationOf, elapsedOf, formatDuration } from './duration.js';
import type { View } from './view.js';

/** One line for each change of a task: for logs, CI and pipes. */
export class PlainView implements View {
  readonly #write: (line: string) => void;
  readonly #seen = new Map<string, string>();
  #snapshot: RunSnapshot | undefined;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  show(snapshot: RunSnapshot): void {
    const now = new Date();
    const { problem } = snapshot;
    if (problem !== undefined && problem !== this.#snapshot?.problem) this.event(problem);
    this.#snapshot = snapshot;
    const idWidth = Math.max(0, ...snapshot.tasks.map((task) => task.id.length));
    for (const task of snapshot.tasks) {
      const words = describe(task, now);
      if (words === undefined || this.#seen.get(task.id) === words.key) continue;
      this.#seen.set(task.id, words.key);
      this.event(`${task.id.padEnd(idWidth)}  ${words.text}`);
    }
  }

  event(text: string): void {
    const time = this.#snapshot && formatDuration(elapsedOf(this.#snapshot, new Date()));
    this.#write(`${(time ?? '').padStart(9)}  ${text}`);
  }

  note(line: string): void {
    this.#write(line);
  }

  end(): void {}
}

/** What to say of a task, and what tells whether that has been said; undefined for one that has not begun. */
function describe(task: TaskSnapshot, now: Date): { key: string; text: string } | undefined {
  const { state, attempts, error, cause } = task;
  const why = (error?.message ?? cause?.message ?? '').split('\n', 1)[0]?.replace(/:$/, '');
  const took = formatDuration(durationOf(task, now) ?? 0);
  const again = attempts > 1 ? `, attempt ${attempts}` : '';
  switch (state) {
    case 'pending':
      return undefined;
    case 'running':
      if (task.startedAt === undefined && attempts < 2) return undefined; // no worker has taken it yet
      return { key: `running ${attempts}`, text: `running${again}${again && why ? ` after: ${why}` : ''}` };
    case 'succeeded':
      return { key: state, text: `succeeded in ${took}${again}` };
    case 'failed':
      return { key: state, text: `failed in ${took}${again}: ${why}` };
    case 'skipped':
    case 'upstream_failed':
    case 'cancelled':
      return { key: state, text: `not run ${why}` };
    case 'waiting':
    case 'held':
      return { key: `${state} ${why}`, text: `${state}: ${why}` };
  }
}
