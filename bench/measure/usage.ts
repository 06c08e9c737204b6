import { readFileSync } from 'node:fs';

/** What a process has used so far. */
export interface Usage {
  /** Milliseconds of processor time. */
  readonly cpu: number;
  /** The most memory that it has held: its resident set, in bytes. */
  readonly peakMemory: number;
}

/** Of this process. */
export function readUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) / 1_000, peakMemory: peakMemory() };
}

/** Bytes. Linux counts into `maxRSS` what the process was before it became Node. */
function peakMemory(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kibibytes) * 1_024;
}
