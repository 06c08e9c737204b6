import { z } from 'zod';
import type { Approval } from '../core/order.js';

/** What an operator gives who completes an approval instead of deciding it, and what `onTimeout` gives. */
export const approvalSchema: z.ZodType<Approval> = z.object({
  by: z.string(),
  at: z.iso.datetime({ offset: true }),
  reason: z.string().exactOptional(),
});
