import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startHeartbeat } from '../../activities/automatic-heartbeat.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('heartbeats every second', () => {
  const { sent } = started({ heartbeatTimeoutMs: 20_000 });
  vi.advanceTimersByTime(3_500);
  expect(sent).toHaveLength(3);
});

test('heartbeats three times within a shorter heartbeat timeout', () => {
  const { sent } = started({ heartbeatTimeoutMs: 600 });
  vi.advanceTimersByTime(600);
  expect(sent).toHaveLength(3);
});

test('heartbeats where there is no heartbeat timeout, since a cancellation arrives with the answer', () => {
  const { sent } = started({});
  vi.advanceTimersByTime(1_000);
  expect(sent).toHaveLength(1);
});

test('sends at once what the handler reports, and repeats it', () => {
  const { sent, heartbeat } = started({ heartbeatTimeoutMs: 20_000 });
  heartbeat.report({ done: 1 });
  expect(sent).toEqual([{ done: 1 }]);
  vi.advanceTimersByTime(2_000);
  expect(sent).toEqual([{ done: 1 }, { done: 1 }, { done: 1 }]);
});

test('repeats what the last attempt reported, until the handler reports anything', () => {
  const { sent, heartbeat } = started({ heartbeatTimeoutMs: 20_000, heartbeatDetails: { done: 7 } });
  vi.advanceTimersByTime(1_000);
  heartbeat.report({ done: 8 });
  vi.advanceTimersByTime(1_000);
  expect(sent).toEqual([{ done: 7 }, { done: 8 }, { done: 8 }]);
});

test('masks what it sends each time, since a handler may add to what it has reported', () => {
  const mask = (details: unknown) => (JSON.stringify(details).includes('s3cr3t') ? 'masked' : details);
  const { sent, heartbeat } = started({ heartbeatTimeoutMs: 20_000 }, mask as <T>(details: T) => T);
  const details: Record<string, string> = { done: 'all' };
  heartbeat.report(details);
  details.token = 's3cr3t';
  vi.advanceTimersByTime(1_000);
  heartbeat.report(details);
  expect(sent).toEqual([{ done: 'all', token: 's3cr3t' }, 'masked', 'masked']);
});

test('sends nothing more once it was stopped', () => {
  const { sent, heartbeat } = started({ heartbeatTimeoutMs: 20_000 });
  heartbeat.stop();
  vi.advanceTimersByTime(10_000);
  expect(sent).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

function started(
  info: { heartbeatTimeoutMs?: number; heartbeatDetails?: unknown },
  mask = <T>(details: T): T => details,
) {
  const environment = new MockActivityEnvironment(info);
  const sent: unknown[] = [];
  environment.on('heartbeat', (details) => sent.push(details));
  return { sent, heartbeat: startHeartbeat(environment.context, mask) };
}
