import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A history as `temporal workflow show --output json` prints it and `Worker.runReplayHistories` takes it. */
export interface JsonHistory {
  readonly events: readonly JsonEvent[];
}

export interface JsonEvent {
  readonly eventType: string;
  /** Its attributes, under a name of their own. */
  readonly [key: string]: unknown;
}

export function historyFile(name: string): string {
  return fileURLToPath(new URL(`./histories/${name}.json`, import.meta.url));
}

export function readHistory(name: string): JsonHistory {
  return JSON.parse(readFileSync(historyFile(name), 'utf8')) as JsonHistory; // as writeHistory wrote it
}

/** An event a line, so that a change of one shows as one. */
export function writeHistory(name: string, { events }: JsonHistory): void {
  const lines = events.map((event) => JSON.stringify(event));
  writeFileSync(historyFile(name), `{"events":[\n${lines.join(',\n')}\n]}\n`);
}
