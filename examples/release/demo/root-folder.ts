import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Workspace, workspaceAt } from '../workspace.js';

/** The folder in which one demo keeps everything. */
export class RootFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'pawl-demo-'));
  #workspace: Workspace | undefined;

  constructor() {
    // Not at the end of the demo's own steps: Ctrl-C may cut those short.
    process.once('exit', (code) => this.#remove(code));
  }

  workspaceOf(runId: string): Workspace {
    this.#workspace = workspaceAt(this.path, runId);
    return this.#workspace;
  }

  /** After a failure the logs are left for whoever looks into it. */
  #remove(exitCode: number): void {
    const { logs = '', copy = '', tarballs = '' } = this.#workspace ?? {};
    const isWorthKeeping = exitCode === 1 && existsSync(logs) && readdirSync(logs).length > 0;
    const paths = isWorthKeeping ? [copy, tarballs, join(this.path, 'site')] : [this.path];
    for (const path of paths) rmSync(path, { recursive: true, force: true, maxRetries: 5 }); // a worker may still be ending
  }
}
