/** Thrown by a handler to fail its task at once: whatever attempts are left, trying again would not help. */
export class NonRetryableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
