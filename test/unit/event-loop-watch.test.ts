import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EventLoopWatch } from '../../activities/event-loop-watch.js';

/** Milliseconds that the clock shows. */
let now: number;
let watch: EventLoopWatch;

beforeEach(() => {
  vi.useFakeTimers();
  now = 0;
  watch = new EventLoopWatch(() => now);
});

afterEach(() => {
  vi.useRealTimers();
});

test('warns of a task whose heartbeat timeout has passed while the event loop was blocked', () => {
  const task = watched('release.build', 2_000);
  pass(3_000);
  block(4_600);
  expect(task.warnings).toEqual([
    "the event loop was blocked for 4.6 s, longer than the heartbeat timeout of 'release.build' (2 s), so Temporal retries it; " +
      "running here: 'release.build'. Move long computations to a worker thread or a child process, or raise heartbeatTimeout.",
  ]);
});

test('warns when the task ends, if the block has lasted to its end', () => {
  const task = watched('release.build', 2_000);
  now += 3_000;
  task.end();
  expect(task.warnings).toHaveLength(1);
});

test('does not warn of a block that was shorter than the heartbeat timeout', () => {
  const task = watched('release.build', 2_000);
  block(1_900);
  pass(10_000);
  task.end();
  expect(task.warnings).toEqual([]);
});

test('does not warn of a task without a heartbeat timeout', () => {
  const task = watched('release.build', Number.POSITIVE_INFINITY);
  block(100_000);
  expect(task.warnings).toEqual([]);
});

test('warns every task that it hit, and names all that were running, one of which is at fault', () => {
  const build = watched('release.build', 2_000);
  const unit = watched('release.unit', 3_000);
  const lint = watched('release.lint', 60_000);
  block(5_000);
  expect(build.warnings[0]).toContain("running here: 'release.build', 'release.unit', 'release.lint'.");
  expect([build, unit, lint].map(({ warnings }) => warnings.length)).toEqual([1, 1, 0]);
});

test('warns once of a block', () => {
  const task = watched('release.build', 2_000);
  block(5_000);
  pass(5_000);
  task.end();
  expect(task.warnings).toHaveLength(1);
});

test('does not warn a task of a block before it began', () => {
  const build = watched('release.build', 2_000);
  now += 5_000;
  const unit = watched('release.unit', 2_000);
  pass(1_000);
  expect(build.warnings).toHaveLength(1);
  expect(unit.warnings).toEqual([]);
});

test('does not take the time between two tasks for a block', () => {
  watched('release.build', 2_000).end();
  now += 60_000;
  const unit = watched('release.unit', 2_000);
  pass(1_000);
  expect(unit.warnings).toEqual([]);
});

test('has one timer, which ends when no task has begun for a while', () => {
  const build = watched('release.build', 2_000);
  const unit = watched('release.unit', 2_000);
  build.end();
  expect(vi.getTimerCount()).toBe(1);
  unit.end();
  pass(500);
  expect(vi.getTimerCount()).toBe(0);
});

function watched(name: string, heartbeatTimeout: number) {
  const warnings: string[] = [];
  const end = watch.watch({ name, heartbeatTimeout, warn: (message) => warnings.push(message) });
  return { warnings, end };
}

/** Time passes, and timers run when they should. */
function pass(milliseconds: number): void {
  for (let left = milliseconds; left > 0; left -= 100) {
    now += 100;
    vi.advanceTimersByTime(100);
  }
}

/** Time passes between two turns of the timer, which then runs as late as that. */
function block(milliseconds: number): void {
  now += milliseconds;
  pass(500);
}
