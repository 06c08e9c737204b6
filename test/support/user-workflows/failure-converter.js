// JavaScript, since the worker loads it by its path, beside what webpack bundles.
import { DefaultFailureConverter } from '@temporalio/common';

/** Says in the source of each failure that it was there. */
class MarkedConverter extends DefaultFailureConverter {
  errorToFailure(error, converter) {
    return { ...super.errorToFailure(error, converter), source: 'MarkedConverter' };
  }
}

export const failureConverter = new MarkedConverter();
