import type { Paint } from './paint.js';

/** `  label         text`, as all of the demo's lines that tell one thing. */
export function line(paint: Paint, label: string, text: string): string {
  return `  ${paint('dim', label.padEnd(13))}  ${text}`;
}
