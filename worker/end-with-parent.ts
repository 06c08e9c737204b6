import { spawn } from 'node:child_process';

/**
 * Sees to it that a process ends with this one, however this one ends.
 *
 * Nothing in this process can do that, since SIGKILL leaves it no last word; the Temporal CLI has no option for it; and
 * Linux's parent-death signal is neither on macOS nor within Node's reach. What every Unix does when a process dies is
 * close its files. So a tiny shell waits on a pipe whose other end only this process holds: a line through it says
 * that the process has ended and is no longer of concern, the end of the pipe without one that this process is gone.
 *
 * It then uses SIGKILL at once: the server's only client is gone, its database survives that, and whoever starts the
 * server again meets no half-stopped one.
 *
 * @param pid the process to end.
 * @param folder removed with it, since this process can no longer do it.
 * @returns to be called when the process has ended by itself: its pid may belong to another one from then on.
 */
export function endWithParent(pid: number, folder: string): () => void {
  const guard = spawn('sh', ['-c', 'read -r line || { kill -KILL "$1"; rm -rf "$2"; }', 'sh', String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Its own process group, so that neither Ctrl-C nor the end of the terminal takes the guard away before its time.
    detached: true,
  });
  // Where there is no shell (Windows) nothing guards; and a guard that someone ended must not end this process.
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  guard.unref();
  return () => guard.stdin.end('ended\n');
}
