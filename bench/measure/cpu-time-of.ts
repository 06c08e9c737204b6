import { readFileSync } from 'node:fs';

/** Milliseconds of the clock in which Linux counts the times of a process. */
const TICK = 10;

/** Milliseconds of processor time that a process has used; NaN where the system does not say it. */
export function cpuTimeOf(pid: number): number {
  if (process.platform !== 'linux') return Number.NaN;
  // After the name, which may have spaces and parentheses, come the state and ten more fields, then the two times.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)?.trim().split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}
