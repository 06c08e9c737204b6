import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { type StorageDriver, StorageDriverClaim, type StorageDriverTargetInfo } from '@temporalio/common';
import { S3StorageDriver } from '@temporalio/external-storage-s3';
import { AwsSdkS3StorageDriverClient } from '@temporalio/external-storage-s3-aws-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isCollectable } from '../../src/data/collectable-storage-driver.js';
import { isMissingObject } from '../../src/data/is-missing-object.js';
import { payloadOf } from '../support/payload-of.js';
import { type S3Server, startS3Server } from '../support/s3-server.js';

let server: S3Server;
let driver: StorageDriver;

beforeAll(async () => {
  server = await startS3Server();
  driver = new S3StorageDriver({
    client: new AwsSdkS3StorageDriverClient(server.client),
    bucket: server.bucket,
    maxPayloadSize: 64 * 1024 * 1024,
  });
});

afterAll(() => server[Symbol.asyncDispose]());

test("the published driver makes its claims with another copy of @temporalio/common than Pawl's", async () => {
  const [claim] = await driver.store({}, [payloadOf(10)]);
  expect(claim).not.toBeInstanceOf(StorageDriverClaim);
});

test.each([0, 8 * 1024, 2 * 1024 * 1024, 20 * 1024 * 1024, 50 * 1024 * 1024])(
  'a payload of %i bytes comes back through a claim that was JSON on its way',
  async (bytes) => {
    const [claim] = await driver.store({ target }, [payloadOf(bytes)]);
    const [payload] = await driver.retrieve({}, [travelled(claim)]);
    expect(Buffer.compare(payload?.data ?? Buffer.alloc(0), payloadOf(bytes).data as Uint8Array)).toBe(0);
    expect(new TextDecoder().decode(payload?.metadata?.encoding ?? undefined)).toBe('binary/plain');
  },
);

test('many payloads come back in the order of their claims', async () => {
  const seeds = Array.from({ length: 50 }, (_, seed) => seed);
  const claims = await driver.store(
    { target },
    seeds.map((seed) => payloadOf(1000, seed)),
  );
  const payloads = await driver.retrieve({}, claims.map(travelled));
  const expected = seeds.map((seed) => Buffer.from(payloadOf(1000, seed).data ?? []));
  expect(payloads.map(({ data }) => Buffer.from(data ?? []))).toEqual(expected);
});

test('what a run stores lies under its namespace, workflow and run, so that lifecycle rules can tell them apart', async () => {
  const [claim] = await driver.store({ target }, [payloadOf(100, 1)]);
  expect(claim?.claimData.key).toMatch(
    /^v0\/ns\/payments\/wt\/release\/wi\/release-42\/ri\/run-1\/d\/sha256\/[0-9a-f]{64}$/,
  );
});

test('an object that a lifecycle rule has removed is known to be missing', async () => {
  const [claim] = await driver.store({}, [payloadOf(100, 2)]);
  await server.client.send(new DeleteObjectCommand(locationOf(claim)));
  const failure = await driver.retrieve({}, [travelled(claim)]).catch((error: unknown) => error);
  expect(isMissingObject(failure)).toBe(true);
});

test('a bucket that is not there is not taken for a missing object', async () => {
  const [claim] = await driver.store({}, [payloadOf(100, 3)]);
  const elsewhere = new StorageDriverClaim({ ...claim?.claimData, bucket: 'elsewhere' });
  const failure = await driver.retrieve({}, [elsewhere]).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(isMissingObject(failure)).toBe(false);
});

test('other bytes under a claim are refused', async () => {
  const [claim] = await driver.store({}, [payloadOf(100, 4)]);
  await server.client.send(new PutObjectCommand({ ...locationOf(claim), Body: 'something else' }));
  await expect(driver.retrieve({}, [travelled(claim)])).rejects.toThrow(/integrity check failed/);
});

test('an aborted signal ends a store', async () => {
  const store = driver.store({ abortSignal: AbortSignal.abort() }, [payloadOf(100, 5)]);
  await expect(store).rejects.toMatchObject({ cause: { name: 'AbortError' } });
});

test('it can not list and delete', () => {
  expect(isCollectable(driver)).toBe(false);
});

const target: StorageDriverTargetInfo = {
  kind: 'workflow',
  namespace: 'payments',
  type: 'release',
  id: 'release-42',
  runId: 'run-1',
};

function travelled(claim: StorageDriverClaim | undefined): StorageDriverClaim {
  return new StorageDriverClaim(JSON.parse(JSON.stringify(claim?.claimData)));
}

function locationOf(claim: StorageDriverClaim | undefined) {
  return { Bucket: claim?.claimData.bucket, Key: claim?.claimData.key };
}
