import { setCurrentDetails } from '@temporalio/workflow';
import { renderRunDetails } from '../src/core/details/run-details.js';
import type { Scheduler } from '../src/core/scheduler.js';

/**
 * What the Temporal UI shows as the run's current details, as the run is when somebody looks. The SDK keeps what it is given until it answers its metadata
 * query, whose reply it makes with `JSON.stringify`: so nothing is rendered for a run that nobody looks at, and no event is written.
 */
export function showCurrentDetails(scheduler: Scheduler): void {
  const details = { toJSON: () => detailsOf(scheduler) };
  setCurrentDetails(details as unknown as string); // which it is in JSON
}

/** Only a picture of the run: the rest of the metadata must be answered. */
function detailsOf(scheduler: Scheduler): string {
  try {
    return renderRunDetails(scheduler);
  } catch (error) {
    return `The current details can not be rendered: ${error}`;
  }
}
