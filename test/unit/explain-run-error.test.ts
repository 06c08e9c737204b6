import { ServiceError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { RunNotFoundError, ServerUnreachableError } from '../../src/client/errors.js';
import { explainRunError } from '../../src/client/explain-run-error.js';

/** What the SDK makes of a gRPC status. */
function refused(code: number): ServiceError {
  return new ServiceError('refused', {
    cause: Object.assign(new Error('status'), { code, details: '', metadata: {} }),
  });
}

test('a server that is lost while a run is followed says that the run is not affected', () => {
  const error = explainRunError(refused(14), 'release-42');
  expect(error).toBeInstanceOf(ServerUnreachableError);
  expect(error).toMatchObject({
    code: 'SERVER_UNREACHABLE',
    message:
      "the Temporal server was lost while following run 'release-42'; " +
      'the run is not affected; ask again with engine.run(workflowId) when the server is back',
  });
});

test('a run that is not there says so', () => {
  expect(explainRunError(refused(5), 'release-42')).toBeInstanceOf(RunNotFoundError);
});

test('what is not known is let through', () => {
  const error = new Error('something else');
  expect(explainRunError(error, 'release-42')).toBe(error);
});
