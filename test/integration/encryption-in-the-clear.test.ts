import { randomBytes, randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OrchestrationEngine, RunCancelledError, settled, workflow } from '../../src/index.js';
import { type ServerOnDisk, startServerOnDisk } from '../support/server-on-disk.js';
import { waitForState } from '../support/snapshots.js';

const encryption = { keys: { a: randomBytes(32) }, activeKey: 'a' };

/** Each planted with a text of its own, to be looked for in the database. */
const CLEAR = plantedTexts(
  'workflow type',
  'workflow id',
  'task id',
  'type of an error',
  'type of a cause',
  'identity of a client',
  'identity of a worker',
  'update id',
  'reason of a cancellation',
  'reason of a termination',
  'name of a memo',
  'search attribute',
);
const HIDDEN = plantedTexts(
  'title of a workflow',
  'title of a task',
  'title of a wait',
  'static summary',
  'static details',
  'memo',
  'reason of an order',
  'message',
  'message of a cause',
  'output',
);

/** Classes whose names are what is planted. */
const Broken = namedError(CLEAR['type of an error']);
const Root = namedError(CLEAR['type of a cause']);

const open = workflow(CLEAR['workflow type'], { title: HIDDEN['title of a workflow'] }, ({ task, approval }) => {
  const first = task('first', { run: () => HIDDEN.output });
  const build = task(CLEAR['task id'], {
    title: HIDDEN['title of a task'],
    needs: { first },
    retry: { maximumAttempts: 1 },
    run: (): string => {
      throw new Broken(HIDDEN.message, { cause: new Root(HIDDEN['message of a cause']) });
    },
  });
  const ok = approval('ok', { title: HIDDEN['title of a wait'], timeout: '1h', needs: { build: settled(build) } });
  return { deploy: task('deploy', { needs: { ok }, run: () => 'deployed' }) };
});

let server: ServerOnDisk;

beforeAll(async () => {
  server = await startServerOnDisk();
});

afterAll(() => server.remove());

test('what Temporal reads itself stays in the clear, as docs/encryption.md lists, and nothing else', async () => {
  await using engine = await server.connect({ encryption, identity: CLEAR['identity of a client'] });
  const planted = await addSearchAttribute(engine, 'Planted');
  await server.serve(engine, [open], { encryption, identity: CLEAR['identity of a worker'] }, async () => {
    const run = await engine.start(open, undefined, {
      workflowId: CLEAR['workflow id'],
      memo: { [CLEAR['name of a memo']]: HIDDEN.memo },
      staticDetails: HIDDEN['static details'],
      typedSearchAttributes: [{ key: planted, value: CLEAR['search attribute'] }],
    });
    await waitForState(run, 'ok', 'waiting');
    await run.pause({ updateId: CLEAR['update id'], reason: HIDDEN['reason of an order'] });
    await run.cancel(CLEAR['reason of a cancellation']);
    await expect(run.result()).rejects.toThrow(RunCancelledError);
  });
  const other = await engine.start(open, undefined, { staticSummary: HIDDEN['static summary'] });
  await other.terminate(CLEAR['reason of a termination']);

  const found = await server.stopAndFind([...Object.values(CLEAR), ...Object.values(HIDDEN)]);
  expect(found).toEqual(Object.values(CLEAR));
});

function plantedTexts<const Names extends readonly string[]>(...names: Names): Record<Names[number], string> {
  const texts = names.map((name) => [name, `${name.replaceAll(' ', '-')}-${randomUUID()}`]);
  return Object.fromEntries(texts) as Record<Names[number], string>; // one for each
}

function namedError(name: string): ErrorConstructor {
  return { [name]: class extends Error {} }[name] as ErrorConstructor; // it is called with `new` only
}

async function addSearchAttribute({ client }: OrchestrationEngine, name: string) {
  if (!(client.connection instanceof Connection)) throw new TypeError('not the connection of an engine');
  await client.connection.operatorService.addSearchAttributes({
    namespace: client.options.namespace,
    searchAttributes: { [name]: 2 }, // INDEXED_VALUE_TYPE_KEYWORD
  });
  return defineSearchAttributeKey(name, 'KEYWORD');
}
