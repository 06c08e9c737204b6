import type { WriteStream } from 'node:tty';
import type { RunSnapshot } from 'pawl';
import { PlainView } from './plain-view.js';
import { TerminalView } from './terminal-view.js';

/** Where the demo shows what happens. */
export interface View {
  /** The run has changed. */
  show(snapshot: RunSnapshot): void;
  /** Something has happened to the run from outside. */
  event(text: string): void;
  /** A line that stays. */
  note(line: string): void;
  /** Nothing more is shown of the run. */
  end(): void;
}

/** Redrawn in place on a terminal, a line for each change elsewhere. */
export function viewFor(stream: WriteStream): View {
  return stream.isTTY ? new TerminalView(stream) : new PlainView((line) => stream.write(`${line}\n`));
}
