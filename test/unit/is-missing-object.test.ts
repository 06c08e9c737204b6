import { expect, test } from 'vitest';
import { StorageUnusableError, StoredObjectMissingError } from '../../src/data/driver-errors.js';
import { isMissingObject } from '../../src/data/is-missing-object.js';

test.each([
  ["Pawl's own error", new StoredObjectMissingError('gone')],
  ['what the S3 driver throws', causedBy({ name: 'NoSuchKey' })],
  ['what the GCS driver throws', causedBy({ code: 404 })],
])('an object is missing by %s', (_, error) => {
  expect(isMissingObject(error)).toBe(true);
});

test.each([
  ['a bucket that is not there', causedBy({ name: 'NoSuchBucket' })],
  ['a folder that can not be read', new StorageUnusableError('no permission')],
  ['what is no error', 'NoSuchKey'],
])('an object is not missing by %s', (_, error) => {
  expect(isMissingObject(error)).toBe(false);
});

function causedBy(properties: object): Error {
  return new Error('retrieve failed', { cause: Object.assign(new Error('not there'), properties) });
}
