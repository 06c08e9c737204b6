import { ApplicationFailure, defaultPayloadConverter, type ProtoFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { failureConverter } from '../../src/data/encoded-failure-converter.js';

test('messages and stacks of a failure and its causes are nowhere but in what codecs see', () => {
  const cause = new Error('planted cause', { cause: new Error('planted root') });
  const failure = encode(ApplicationFailure.create({ message: 'planted message', type: 'Broken', cause }));
  expect(withoutEncoded(failure)).not.toContain('planted');
  expect(failure.message).toBe('Encoded failure');
});

test('they come back with the failure', () => {
  const error = ApplicationFailure.create({
    message: 'planted message',
    type: 'Broken',
    cause: new Error('planted cause'),
  });
  const back = decode(encode(error));
  expect(back).toMatchObject({ message: 'planted message', type: 'Broken', cause: { message: 'planted cause' } });
  expect(back.stack).toContain('encoded-failure-converter.test');
});

test('a failure that was received keeps its message however often it is thrown on', () => {
  const received = decode(encode(ApplicationFailure.create({ message: 'planted message' })));
  encode(received);
  expect(decode(encode(received)).message).toBe('planted message');
});

test('causes from before encryption are encoded when their failure is thrown on', () => {
  const before: ProtoFailure = {
    message: 'planted message',
    applicationFailureInfo: { type: 'Broken' },
    cause: { message: 'planted cause', stackTrace: 'planted stack', applicationFailureInfo: { type: 'Root' } },
  };
  const failure = encode(decode(before));
  expect(withoutEncoded(failure)).not.toContain('planted');
  expect(decode(failure).cause).toMatchObject({ message: 'planted cause' });
});

function encode(error: unknown): ProtoFailure {
  return failureConverter.errorToFailure(error, defaultPayloadConverter);
}

function decode(failure: ProtoFailure): Error {
  return failureConverter.failureToError(failure, defaultPayloadConverter);
}

/** What the server would see if a codec had encrypted the payloads. */
function withoutEncoded(failure: ProtoFailure): string {
  return JSON.stringify(failure, (key, value) => (key === 'encodedAttributes' ? undefined : value));
}
