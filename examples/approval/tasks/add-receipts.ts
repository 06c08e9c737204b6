import { NonRetryableError, type TaskContext } from 'pawl';
import { readJson } from '../json-file.js';
import { officeFiles, receiptsFile } from '../office.js';
import type { ClaimInput } from '../workflow.js';

export async function addReceipts({ input }: TaskContext<ClaimInput>) {
  const receipts = await readJson(officeFiles(input.folder).receipts, receiptsFile);
  if (receipts === undefined) throw new NonRetryableError(`there are no receipts in ${input.folder}`);
  return { count: receipts.length, total: receipts.reduce((sum, { amount }) => sum + amount, 0) };
}

export type Receipts = Awaited<ReturnType<typeof addReceipts>>;
