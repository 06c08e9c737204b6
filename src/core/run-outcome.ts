/** How a run ended: `failed` when a task failed, `cancelled` when it was asked to stop. */
export type RunOutcome = 'completed' | 'failed' | 'cancelled';
