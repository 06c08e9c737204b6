import { workflow } from 'pawl';
import { z } from 'zod';
import { addReceipts } from './tasks/add-receipts.js';
import { checkBudget } from './tasks/check-budget.js';
import { pay } from './tasks/pay.js';

const claimInput = z.object({
  /** Where the office's files are. */
  folder: z.string().min(1),
  costCentre: z.string().min(1),
});

export type ClaimInput = z.output<typeof claimInput>;

/**
 * Pays an expense claim that somebody has approved. What fails is held: the run stays open, and goes on from there when the cause is put
 * right, instead of failing a claim because of a file.
 */
export const expenseClaim = workflow(
  'expense-claim',
  { title: 'Expense claim', input: claimInput, onFailure: 'hold' },
  ({ task, approval }) => {
    const receipts = task('receipts', { title: 'Add up the receipts', run: (_, ctx) => addReceipts(ctx) });
    const budget = task('budget', {
      title: 'Check the budget',
      needs: { receipts },
      run: ({ receipts }, ctx) => checkBudget(receipts, ctx),
    });
    const approve = approval('approve', { title: 'Approve the claim', needs: { budget }, timeout: '14 days' });
    const payment = task('payment', {
      title: 'Pay',
      needs: { receipts, approve },
      run: ({ receipts, approve }, ctx) => pay(receipts, approve, ctx),
    });
    return { payment };
  },
);
