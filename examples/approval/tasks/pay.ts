import type { Approval, TaskContext } from 'pawl';
import { readJson, writeJson } from '../json-file.js';
import { officeFiles, paymentsFile } from '../office.js';
import type { ClaimInput } from '../workflow.js';
import type { Receipts } from './add-receipts.js';

/**
 * Pays once, however often it is called: an attempt that died after it had paid has left its key with the payment. With more than one claim
 * at a time this file would have to be a database.
 */
export async function pay({ total }: Receipts, approval: Approval, ctx: TaskContext<ClaimInput>) {
  const { folder, costCentre } = ctx.input;
  const { payments: file } = officeFiles(folder);
  const payments = (await readJson(file, paymentsFile)) ?? {};
  const payment = payments[ctx.idempotencyKey] ?? { amount: total, costCentre, approvedBy: approval.by };
  await writeJson(file, { ...payments, [ctx.idempotencyKey]: payment });
  return payment;
}
