import type { Json } from '../core/json.js';

/** What a handler gets beside its needs. */
export interface TaskContext<Input = unknown> {
  /** The run's input, checked by the workflow's schema, with defaults filled in and codecs decoded. */
  readonly input: Input;
  /**
   * Aborts when the task or run is cancelled, when a timeout has passed, and when the worker shuts down. Pass it on to
   * what the handler waits for; after it aborted, whatever the handler throws counts as its cancellation.
   */
  readonly signal: AbortSignal;
  /** From 1. Counts on over dispatches; a worker without a fitting handler uses none. */
  readonly attempt: number;
  /**
   * Reports progress; the details come back as {@link heartbeatDetails} at the next attempt. Heartbeats themselves are
   * sent without this, every second, and repeat the last details.
   */
  heartbeat(details: Json): void;
  /** The last details that an earlier attempt reported. */
  readonly heartbeatDetails: Json | undefined;
  /** The worker's logger, with the run and the task in every line. */
  readonly log: TaskLogger;
  readonly workflow: string;
  /** The task's id; of a map's item `smoke[3]`. */
  readonly task: string;
  /** Of the execution that dispatched it; of an item of a large map, which is split over child workflows, the child's. */
  readonly workflowId: string;
  readonly runId: string;
  /**
   * `workflowId/root run id/task`: the same over all attempts and dispatches of this task in this run, so that a receiver can
   * recognise a repetition. Of a map's item with `/3` at its end, of a compensation with `/compensate`, of a resource's `destroy` with `/destroy`.
   */
  readonly idempotencyKey: string;
  /**
   * The value of a secret, from the worker's `secrets`, which by default is the environment of its process. Resolved once in an attempt. Where anything
   * that the task throws, logs with {@link log} or reports with {@link heartbeat} has the value in it, `[secret <name>]` stands instead. An
   * output that has it in it fails the task.
   *
   * @throws {@link SecretNotFoundError}, {@link InvalidSecretError} if it has fewer than 6 characters, and what the worker's `secrets` throws
   */
  secret(name: string): Promise<string>;
}

/** What a map's function gets beside its item. */
export interface ItemContext<Input = unknown, Needs = unknown> extends TaskContext<Input> {
  /** The item's place among the map's items, from 0. */
  readonly index: number;
  /** What `over` got. */
  readonly needs: Needs;
}

export interface TaskLogger {
  debug(message: string, attributes?: Record<string, unknown>): void;
  info(message: string, attributes?: Record<string, unknown>): void;
  warn(message: string, attributes?: Record<string, unknown>): void;
  error(message: string, attributes?: Record<string, unknown>): void;
}
