import type { PayloadCodec } from '@temporalio/common';
import type { WorkerInterceptors } from '@temporalio/worker';
import { isRecord } from '../../src/core/json.js';
import type { Moment, Stop } from './moment.js';

/** Watches what a worker does and stops it at the moment that the test has chosen. */
export class Moments {
  readonly #hold: () => Promise<void>;
  #stop: Stop | undefined;
  #count = 0;

  /** @param hold resolves when the test lets the worker go on */
  constructor(hold: () => Promise<void>) {
    this.#hold = hold;
  }

  /** Chooses where it stops, counting from now on. */
  stopAt(stop: Stop | undefined): void {
    this.#stop = stop;
    this.#count = 0;
  }

  async reach(moment: Moment): Promise<void> {
    if (this.#stop?.moment !== moment || ++this.#count !== this.#stop.nth) return;
    if (this.#stop.action === 'die') process.kill(process.pid, 'SIGKILL');
    await this.#hold();
  }

  /** Around every activity, `pawl.plan` included. */
  readonly interceptors: WorkerInterceptors = {
    activity: [
      () => ({
        inbound: {
          execute: async (input, next) => {
            await this.reach('task received');
            const output = await next(input);
            await this.reach('handler returned');
            return output;
          },
        },
      }),
    ],
  };

  /**
   * Changes nothing; it sees what goes into a workflow task and comes out of it, outside of the sandbox and so with the shipped bundle. The
   * SDK calls it for activities too, whose outputs and arguments go the other way.
   */
  readonly codec: PayloadCodec = {
    decode: async (payloads) => {
      if (payloads.some((payload) => isOutput(read(payload.data)))) await this.reach('workflow task received');
      return payloads;
    },
    encode: async (payloads) => {
      const values = payloads.map((payload) => read(payload.data));
      if (values.some(isTaskArgument)) await this.reach('workflow task computed');
      if (values.some(isRunResult)) await this.reach('run ending');
      return payloads;
    },
  };
}

function read(data: Uint8Array | null | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data ?? new Uint8Array()));
  } catch {
    return undefined; // not JSON, so nothing of the pipeline's
  }
}

/** The pipeline's outputs are strings such as `build(…)`. */
function isOutput(value: unknown): boolean {
  return typeof value === 'string' && value.endsWith(')');
}

function isTaskArgument(value: unknown): boolean {
  return isRecord(value) && 'pawl' in value && 'needs' in value;
}

function isRunResult(value: unknown): boolean {
  return isRecord(value) && isOutput(value.smoke);
}
