import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, type WorkerOptions } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { ENCODED_FAILURES } from '../../src/data/encoded-failure-converter.js';
import { EncryptionCodec } from '../../src/data/encryption-codec.js';
import { EncryptionOptionsError, OrchestrationEngine, workflow } from '../../src/index.js';
import { createWorker, PawlPlugin } from '../../worker/index.js';
import { chooseWorkflowCode } from '../../worker/workflow-code.js';

const encryption = { keys: { a: randomBytes(32) }, activeKey: 'a' };
const WRONG = { keys: { a: 'short' }, activeKey: 'a' };
const NOWHERE = '127.0.0.1:9';
const release = workflow('release', {}, ({ task }) => ({ build: task('build', { run: () => 'image' }) }));

describe('the workflow code of a worker that encrypts', () => {
  test('is a shipped bundle, which encodes failures', () => {
    const { dataConverter } = configured({});
    const { reason, workflowBundle } = chooseWorkflowCode({ ...(dataConverter && { dataConverter }) });
    expect(reason).toBeUndefined();
    expect(codeOf(workflowBundle)).toContain(ENCODED_FAILURES);
  });

  test('is another one than that of a worker which does not', () => {
    expect(codeOf(chooseWorkflowCode({}).workflowBundle)).not.toContain(ENCODED_FAILURES);
  });

  test('is bundled with the failure converter where the user adds workflows', () => {
    const { workflowBundle, dataConverter } = configured({ workflowsPath: userFile('workflows.ts') });
    expect(workflowBundle).toBeUndefined();
    expect(dataConverter?.failureConverterPath).toContain('encoded-failure-converter');
  });

  test('may be a bundle that was built with the same plugin', async () => {
    const workflowsPath = userFile('workflows.ts');
    const workflowBundle = await bundleWorkflowCode({ workflowsPath, plugins: [plugin()], logger: SILENT });
    expect(configured({ workflowBundle }).workflowBundle).toBe(workflowBundle);
  });

  test('may be no bundle that leaves failures in the clear', () => {
    const { workflowBundle } = chooseWorkflowCode({});
    expect(() => configured({ ...(workflowBundle && { workflowBundle }) })).toThrow(
      /^workflowBundle: in your prebuilt bundle failures would keep their messages and stacks in the clear; build it with/,
    );
  });

  test('can be replayed', () => {
    const { dataConverter, workflowBundle } = plugin().configureReplayWorker({});
    expect(dataConverter?.payloadCodecs).toEqual([expect.any(EncryptionCodec)]);
    expect(codeOf(workflowBundle)).toContain(ENCODED_FAILURES);
  });
});

describe("the user's data converter", () => {
  test('keeps its codecs, which encode first', () => {
    const own = { encode: async () => [], decode: async () => [] };
    const { dataConverter } = configured({ dataConverter: { payloadCodecs: [own] } });
    expect(dataConverter?.payloadCodecs).toEqual([own, expect.any(EncryptionCodec)]);
  });

  test('keeps its payload converter', () => {
    const payloadConverterPath = userFile('payload-converter.js');
    const { dataConverter, workflowBundle } = configured({ dataConverter: { payloadConverterPath } });
    expect(dataConverter?.payloadConverterPath).toBe(payloadConverterPath);
    expect(workflowBundle).toBeUndefined();
  });

  test('may have no failure converter', () => {
    const dataConverter = { failureConverterPath: userFile('failure-converter.js') };
    expect(() => configured({ dataConverter })).toThrow(EncryptionOptionsError);
    expect(() => configured({ dataConverter })).toThrow(
      /^dataConverter\.failureConverterPath: it would take the place/,
    );
  });

  test('gets the codec once, though the plugin of a connection is asked twice', () => {
    const own = plugin();
    const { dataConverter } = own.configureClient(own.configureClient({}));
    expect(dataConverter?.payloadCodecs).toHaveLength(1);
  });
});

describe('wrong keys are refused before anything is connected', () => {
  test('by connect', async () => {
    const connected = OrchestrationEngine.connect({ address: NOWHERE, encryption: WRONG });
    await expect(connected).rejects.toThrow(EncryptionOptionsError);
  });

  test('by createWorker', async () => {
    await expect(createWorker({ workflows: [release], encryption: WRONG })).rejects.toThrow(EncryptionOptionsError);
  });

  test('by PawlPlugin', () => {
    expect(() => new PawlPlugin({ workflows: [release], encryption: WRONG })).toThrow(EncryptionOptionsError);
  });
});

test('a client that is there already is not taken for one that encrypts', async () => {
  const client = new Client({ connection: Connection.lazy({ address: NOWHERE }) });
  const connected = OrchestrationEngine.connect({ client, encryption } as never);
  await expect(connected).rejects.toThrow(
    'make it with new Client({ connection, dataConverter: encryptedDataConverter(encryption) })',
  );
});

function plugin(): PawlPlugin {
  return new PawlPlugin({ workflows: [release], encryption });
}

function configured(options: Partial<WorkerOptions>): WorkerOptions {
  return plugin().configureWorker({ taskQueue: 'q', ...options });
}

function codeOf(bundle: WorkerOptions['workflowBundle']): string {
  return bundle !== undefined && 'codePath' in bundle ? readFileSync(bundle.codePath, 'utf8') : '';
}

function userFile(name: string): string {
  return fileURLToPath(new URL(`../support/user-workflows/${name}`, import.meta.url));
}

const SILENT = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
