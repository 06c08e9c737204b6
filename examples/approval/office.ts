import { join } from 'node:path';
import { z } from 'zod';

/** The files of the office, in one folder: what the tasks read and write. Amounts are in cents. */
export function officeFiles(folder: string) {
  return {
    receipts: join(folder, 'receipts.json'),
    payments: join(folder, 'payments.json'),
    costCentre: (name: string) => join(folder, 'cost-centres', `${name}.json`),
  };
}

export const receiptsFile = z.array(z.object({ for: z.string(), amount: z.int().positive() }));
export const costCentreFile = z.object({ left: z.int() });

/** By the idempotency key of the task that paid. */
export const paymentsFile = z.record(
  z.string(),
  z.object({ amount: z.int(), costCentre: z.string(), approvedBy: z.string() }),
);

export function euros(cents: number): string {
  return `€${(cents / 100).toFixed(2)}`;
}
