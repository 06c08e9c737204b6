import { NonRetryableError, type TaskContext } from 'pawl';
import { readJson } from '../json-file.js';
import { costCentreFile, euros, officeFiles } from '../office.js';
import type { ClaimInput } from '../workflow.js';
import type { Receipts } from './add-receipts.js';

/**
 * Fails if the cost centre is not there or has not enough. Both are for a person to put right, after which the held task can be retried; a second
 * attempt by itself would find the same.
 */
export async function checkBudget({ total }: Receipts, { input }: TaskContext<ClaimInput>) {
  const file = officeFiles(input.folder).costCentre(input.costCentre);
  const costCentre = await readJson(file, costCentreFile);
  if (costCentre === undefined) throw new NonRetryableError(`no cost centre '${input.costCentre}': ${file} is missing`);
  if (costCentre.left < total) {
    throw new NonRetryableError(`'${input.costCentre}' has ${euros(costCentre.left)} left, of ${euros(total)}`);
  }
  return { leftAfterwards: costCentre.left - total };
}
