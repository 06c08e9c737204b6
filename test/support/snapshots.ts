import { expect, vi } from 'vitest';
import type { Run, RunSnapshot, TaskSnapshot, TaskState } from '../../src/index.js';

export function taskOf(snapshot: RunSnapshot, id: string): TaskSnapshot {
  const task = snapshot.tasks.find((known) => known.id === id);
  if (task === undefined) throw new RangeError(`no task '${id}' in the snapshot of '${snapshot.workflow}'`);
  return task;
}

/** `{ build: 'succeeded', … }` */
export function statesOf(snapshot: RunSnapshot): Record<string, TaskState> {
  return Object.fromEntries(snapshot.tasks.map(({ id, state }) => [id, state]));
}

/** Polls until the task is in that state. */
export async function waitForState(
  run: Run<unknown>,
  id: string,
  state: TaskState,
  timeout = 20_000,
): Promise<TaskSnapshot> {
  return vi.waitFor(
    async () => {
      const task = taskOf(await run.status(), id);
      if (task.state !== state) throw new Error(`'${id}' is ${task.state}, not ${state}`);
      return task;
    },
    { timeout, interval: 100 },
  );
}

/** Polls until each of the map's items is in the state that stands at its place. */
export async function waitForItems(run: Run<unknown>, map: string, states: readonly TaskState[]): Promise<void> {
  await expect
    .poll(async () => (await run.status({ items: map })).items.map(({ state }) => state), {
      timeout: 20_000,
      interval: 100,
    })
    .toEqual(states);
}
