/** Who asks for a secret. */
export interface SecretRequest {
  readonly workflow: string;
  /** As {@link TaskContext.task}: the task's id, of a map's item `smoke[3]`. */
  readonly task: string;
}

/**
 * Gives the value of a secret, on a worker; `undefined` or nothing in it where there is none. What it throws fails the attempt like any error of the
 * handler. It is asked anew in every attempt, so it may rotate values, and should cache what is slow or costs something.
 */
export type SecretProvider = (name: string, request: SecretRequest) => string | undefined | Promise<string | undefined>;
