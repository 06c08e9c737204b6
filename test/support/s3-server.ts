import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { S3Client } from '@aws-sdk/client-s3';

export interface S3Server extends AsyncDisposable {
  readonly bucket: string;
  /** Of the AWS SDK, with its settings as they are by default. */
  readonly client: S3Client;
}

/** A server of the S3 protocol with one bucket, on a free port of this machine, which checks signatures as S3 does. */
export async function startS3Server(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'pawl-s3-'));
  const bucket = 'outputs';
  const options = { address: '127.0.0.1', port: 0, directory, silent: true, configureBuckets: [{ name: bucket }] };
  const server = new S3rver(options);
  const { address, port } = await server.run();
  const client = new S3Client({
    endpoint: `http://${address}:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }, // the only ones it knows
    forcePathStyle: true, // no name of a bucket leads to this machine
  });
  return {
    bucket,
    client,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
