// What is written without a thought of sizes: the output travels through the workflow into every activity. Bundled as workflow code.
import { proxyActivities } from '@temporalio/workflow';
import { READERS } from './data-size.js';
import type { DataActivities } from './hand-data-activities.js';

const { large, reader } = proxyActivities<DataActivities>({
  startToCloseTimeout: '10m',
  retry: { maximumAttempts: 3 },
});

export async function manyReadersByHand(): Promise<{ total: number }> {
  const text = await large();
  const lengths = await Promise.all(Array.from({ length: READERS }, () => reader(text)));
  return { total: lengths.reduce((sum, length) => sum + length, 0) };
}
