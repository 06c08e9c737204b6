import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Gives a text its colour, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Colours where the stream is a terminal that shows them, and NO_COLOR does not say otherwise. */
export function paintFor(stream: WriteStream): Paint {
  return stream.isTTY && stream.hasColors() ? (style, text) => styleText(style, text) : (_, text) => text;
}
