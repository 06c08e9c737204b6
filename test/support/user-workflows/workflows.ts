/** Workflows as a user writes them by hand, who has a Temporal worker already. */
import { executeChild, proxyActivities, sleep } from '@temporalio/workflow';

const activities = proxyActivities<{
  greet(name: string): Promise<string>;
  unheardOf(name: string): Promise<string>;
}>({ startToCloseTimeout: '10s', retry: { maximumAttempts: 1 } });

export function greeter(name: string): Promise<string> {
  return activities.greet(name);
}

/** Calls an activity that no worker has registered. */
export function caller(name: string): Promise<string> {
  return activities.unheardOf(name);
}

/** Starts the Pawl workflow `release` with its input alone. */
export function parent(dir: string): Promise<unknown> {
  return executeChild('release', { args: [{ dir }] });
}

/** Waits for longer than any test. */
export async function waiter(): Promise<void> {
  await sleep('1 day');
}
