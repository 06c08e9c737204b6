import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What a handler did, in the order in which it happened, whatever process it ran in. */
export interface HandlerEntry {
  readonly run: string;
  readonly task: string;
  readonly what: 'entered' | 'left';
  readonly attempt: number;
  /** What it got, where that is of interest. */
  readonly needs?: Readonly<Record<string, unknown>>;
}

/** A file that handlers append to (O_APPEND, one write per line), without deduplicating anything. */
export class HandlerLog {
  readonly #path = join(mkdtempSync(join(tmpdir(), 'pawl-test-')), 'handlers.log');

  append(entry: HandlerEntry): void {
    appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
  }

  read(): HandlerEntry[] {
    const lines = readFileSync(this.#path, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as HandlerEntry); // as append wrote it
  }

  delete(): void {
    rmSync(dirname(this.#path), { recursive: true });
  }

  readByRun(): ReadonlyMap<string, readonly HandlerEntry[]> {
    const byRun = new Map<string, HandlerEntry[]>();
    for (const entry of this.read()) {
      const entries = byRun.get(entry.run);
      if (entries === undefined) byRun.set(entry.run, [entry]);
      else entries.push(entry);
    }
    return byRun;
  }
}
