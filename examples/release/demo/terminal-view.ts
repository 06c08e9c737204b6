import type { WriteStream } from 'node:tty';
import type { RunSnapshot, TaskSnapshot } from 'pawl';
import { criticalPath } from './critical-path.js';
import { elapsedOf, formatDuration } from './duration.js';
import { type Paint, paintFor } from './paint.js';
import { type AttemptStart, drawTasks } from './task-rows.js';
import type { View } from './view.js';

const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
/** Milliseconds. */
const REDRAW_INTERVAL = 100;

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** The DAG with its bars, redrawn in place; notes stay above it. */
export class TerminalView implements View {
  readonly #stream: WriteStream;
  readonly #paint: Paint;
  readonly #attempts = new Map<string, AttemptStart>();
  #snapshot: RunSnapshot | undefined;
  #timer: NodeJS.Timeout | undefined;
  #tick = 0;
  /** Lines of the last frame, which the next one replaces. */
  #height = 0;

  constructor(stream: WriteStream) {
    this.#stream = stream;
    this.#paint = paintFor(stream);
  }

  show(snapshot: RunSnapshot): void {
    this.#snapshot = snapshot;
    for (const task of snapshot.tasks) this.#noteAttempt(task);
    if (this.#timer === undefined) {
      this.#stream.write(HIDE_CURSOR);
      process.once('exit', this.#showCursor);
      this.#timer = setInterval(() => this.#redraw(), REDRAW_INTERVAL);
    }
    this.#redraw();
  }

  event(text: string): void {
    const time = this.#snapshot && formatDuration(elapsedOf(this.#snapshot, new Date()));
    this.note(`${this.#paint('dim', (time ?? '').padStart(9))}  ${text}`);
  }

  note(line: string): void {
    this.#redraw(`${line}\n`);
  }

  end(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#redraw();
    this.#height = 0; // the last frame stays
    this.#snapshot = undefined;
    process.off('exit', this.#showCursor);
    this.#showCursor();
  }

  readonly #showCursor = () => void this.#stream.write(SHOW_CURSOR);

  /** Between two attempts a snapshot still has the start of the one before. */
  #noteAttempt({ id, attempts, startedAt }: TaskSnapshot): void {
    const isNew = startedAt?.getTime() !== this.#attempts.get(id)?.startedAt.getTime();
    if (startedAt !== undefined && isNew) this.#attempts.set(id, { attempt: attempts, startedAt });
  }

  /** In one write, so that no half of a frame is seen. */
  #redraw(above = ''): void {
    const frame = this.#snapshot === undefined ? [] : this.#draw(this.#snapshot);
    const back = this.#height === 0 ? '' : `\x1b[${this.#height}A\r\x1b[0J`;
    this.#stream.write(back + above + frame.map((line) => `${line}\n`).join(''));
    this.#height = frame.length;
  }

  #draw(snapshot: RunSnapshot): string[] {
    const now = new Date();
    const hasEnded = snapshot.status !== 'running';
    const rows = drawTasks(snapshot, {
      now,
      width: this.#stream.columns,
      spinner: SPINNER[this.#tick++ % SPINNER.length] ?? '',
      paint: this.#paint,
      attempts: this.#attempts,
      critical: new Set(hasEnded ? criticalPath(snapshot.tasks).map((task) => task.id) : []),
    });
    const { succeeded } = snapshot.counts;
    const progress = `${succeeded} of ${snapshot.tasks.length} tasks succeeded, ${formatDuration(elapsedOf(snapshot, now))}`;
    const lines = ['', ...rows, '', `    ${this.#paint('bold', snapshot.status)}  ${this.#paint('dim', progress)}`];
    if (snapshot.problem !== undefined)
      lines.push(`    ${this.#paint('red', snapshot.problem.split('\n', 1)[0] ?? '')}`);
    return [...lines, ''].slice(-Math.max(1, this.#stream.rows - 1)); // what has left the screen can't be redrawn
  }
}
