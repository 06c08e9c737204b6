/** A moment as one reads it, in milliseconds since the epoch: `2026-11-24 10:42:03 UTC`. */
export function instantText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
