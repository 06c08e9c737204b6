import { type DevServer, type DevServerOptions, startDevServer } from '../../worker/dev-server.js';
import { findFreePort } from '../../worker/free-ports.js';

/** A dev server that is killed and started again, always at the same address and on the same database file. */
export class RestartableServer implements AsyncDisposable {
  readonly address: string;
  readonly #options: DevServerOptions;
  #server: DevServer;

  private constructor(options: DevServerOptions, server: DevServer) {
    this.#options = options;
    this.#server = server;
    this.address = server.address;
  }

  static async start(dbFilename: string): Promise<RestartableServer> {
    const options = { port: await findFreePort(), uiPort: await findFreePort(), dbFilename };
    return new RestartableServer(options, await startDevServer(options));
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    process.kill(this.#server.pid, 'SIGKILL');
    await this.#server.exited;
  }

  /** Resolves when it serves again. */
  async startAgain(): Promise<void> {
    this.#server = await startDevServer(this.#options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.stop();
  }
}
