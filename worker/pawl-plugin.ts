import type { ClientOptions, ConnectionOptions } from '@temporalio/client';
import type { PayloadCodec, StorageDriver } from '@temporalio/common';
import { SimplePlugin } from '@temporalio/plugin';
import type { BundleOptions, InjectedSinks, ReplayWorkerOptions, Worker, WorkerOptions } from '@temporalio/worker';
import { Runtime } from '@temporalio/worker';
import type { WorkflowInfo } from '@temporalio/workflow';
import { LocalStops } from '../activities/local-stops.js';
import { callThroughCache } from '../activities/result-caching.js';
import { WorkerSecrets } from '../activities/worker-secrets.js';
import { CHANNEL_ARGUMENTS } from '../src/client/connect.js';
import type { WorkerCalls } from '../src/core/protocol.js';
import { ResultCache } from '../src/data/cache/result-cache.js';
import { type ResultStore, resultStore } from '../src/data/cache/result-store.js';
import {
  encodedFailureConverterPath,
  requireEncryption,
  withEncryption,
} from '../src/data/encrypted-data-converter.js';
import { EncryptionCodec } from '../src/data/encryption-codec.js';
import { OutputStore } from '../src/data/output-store.js';
import { storageDrivers } from '../src/data/storage-drivers.js';
import type { WorkflowDefinition } from '../src/define/workflow-definition.js';
import { bundleBoth } from './bundle-entry.js';
import type { DataOptions } from './data-options.js';
import { activitiesFor, registerWorkflows } from './registry.js';
import { secretSource } from './secret-source.js';
import { WorkerConfigurationError } from './worker-error.js';
import { workerIdentity } from './worker-identity.js';
import { chooseWorkflowCode } from './workflow-code.js';

export interface PawlPluginOptions extends DataOptions {
  /** The workflows whose tasks the worker runs; those that their nodes run as children are added. */
  readonly workflows: readonly WorkflowDefinition[];
  /** @internal Runs when the worker has ended, however it ended. */
  readonly onEnd?: () => Promise<void>;
}

/**
 * Adds Pawl to a Temporal worker that you already have: `Worker.create({ …, plugins: [new PawlPlugin({ workflows })] })`. Your workflows,
 * activities and interceptors go on as before. It also serves `Worker.runReplayHistories` and `bundleWorkflowCode`.
 *
 * @throws {@link DefinitionError}, {@link WorkerConfigurationError}, {@link EncryptionOptionsError}
 */
export class PawlPlugin extends SimplePlugin {
  readonly #workflows: ReadonlyMap<string, WorkflowDefinition>;
  readonly #secrets: WorkerSecrets;
  readonly #codec: EncryptionCodec | undefined;
  readonly #onEnd: (() => Promise<void>) | undefined;
  readonly #storage: readonly StorageDriver[];
  readonly #storageCacheBytes: number | undefined;
  readonly #cache: ResultStore | undefined;
  /** The codecs that stored outputs pass, once for each worker that was configured. */
  readonly #storedThrough: (readonly PayloadCodec[])[] = [];

  // Not taken apart in the parameter: the published type would name `onEnd`, which it does not have.
  constructor(options: PawlPluginOptions) {
    super({ name: 'pawl' });
    this.#workflows = registerWorkflows(options.workflows);
    this.#secrets = new WorkerSecrets(secretSource(options.secrets));
    this.#codec = options.encryption && new EncryptionCodec(options.encryption);
    this.#onEnd = options.onEnd;
    this.#storage = storageDrivers(options.storage, undefined);
    this.#storageCacheBytes = options.storageCacheBytes;
    this.#cache = resultStore(options.cache, undefined);
  }

  override configureClient(options: ClientOptions): ClientOptions {
    return this.#withEncryption(options);
  }

  override configureWorker(options: WorkerOptions): WorkerOptions {
    this.#refuseFailureTypes(options);
    const encrypting = this.#withEncryption(options);
    const codecs = encrypting.dataConverter?.payloadCodecs ?? [];
    this.#storedThrough.push(codecs);
    const outputs = new OutputStore({
      drivers: this.#storage,
      codecs,
      namespace: options.namespace ?? 'default',
      cacheBytes: this.#storageCacheBytes,
    });
    const localStops = new LocalStops();
    const results = this.#cache && new ResultCache({ store: this.#cache, outputs });
    const own = { ...options.activities } as Record<string, unknown>;
    const activities = activitiesFor(this.#workflows, own, {
      outputs,
      secrets: this.#secrets,
      throughCache: callThroughCache(results),
      localStops,
    });
    return this.#withWorkflowCode({
      ...encrypting,
      sinks: workerCalls(options.sinks, localStops),
      activities,
      identity: options.identity ?? workerIdentity(this.#workflows.values()),
      stickyQueueScheduleToStartTimeout: options.stickyQueueScheduleToStartTimeout ?? STICKY_TIMEOUT,
      maxHeartbeatThrottleInterval: options.maxHeartbeatThrottleInterval ?? HEARTBEAT_THROTTLE,
      defaultHeartbeatThrottleInterval: options.defaultHeartbeatThrottleInterval ?? HEARTBEAT_THROTTLE,
    });
  }

  override configureReplayWorker(options: ReplayWorkerOptions): ReplayWorkerOptions {
    // What a run asked of its worker is past.
    const sinks = workerCalls(options.sinks, new LocalStops());
    return this.#withWorkflowCode({ ...this.#withEncryption(options), sinks });
  }

  override configureBundler(options: BundleOptions): BundleOptions {
    const names = [...this.#workflows.keys()];
    if (this.#codec === undefined) return bundleBoth(options, names);
    const failureConverterPath = encodedFailureConverterPath(options.failureConverterPath);
    return bundleBoth({ ...options, failureConverterPath }, names);
  }

  /** For a connection of your own that an engine shall use: it must be able to read large histories. */
  override configureConnection(options: ConnectionOptions): ConnectionOptions {
    return { ...options, channelArgs: { ...CHANNEL_ARGUMENTS, ...options.channelArgs } };
  }

  override async runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    try {
      if (this.#codec !== undefined) requireEncryption(this.#codec, worker.options.loadedDataConverter);
      this.#requireSameCodecs(worker.options.loadedDataConverter.payloadCodecs);
      await next(worker);
    } finally {
      await this.#onEnd?.();
    }
  }

  /** What is stored would be without the codecs that a plugin has brought after this one. */
  #requireSameCodecs(codecs: readonly PayloadCodec[]): void {
    const isSame = (stored: readonly PayloadCodec[]) =>
      stored.length === codecs.length && stored.every((codec, index) => codec === codecs[index]);
    if (this.#storedThrough.some(isSame)) return;
    throw new WorkerConfigurationError(
      'another plugin changes the payload codecs, and stored outputs would not pass them',
      {
        place: 'plugins',
        hint: 'make PawlPlugin the last one, of the connection, too, or give the codecs in dataConverter',
      },
    );
  }

  #withEncryption<T extends Pick<WorkerOptions, 'dataConverter'>>(options: T): T {
    if (this.#codec === undefined) return options;
    return { ...options, dataConverter: withEncryption(this.#codec, options.dataConverter) };
  }

  #withWorkflowCode<T extends ReplayWorkerOptions>(options: T): T {
    const { reason, ...code } = chooseWorkflowCode(options);
    if (reason !== undefined) Runtime.instance().logger.info(`Pawl bundles the workflow code at start: ${reason}`);
    const { workflowBundle: _, workflowsPath: __, bundlerOptions: ___, ...rest } = options;
    return { ...rest, ...code } as T; // the same options with other workflow code
  }

  /** The parts of a large map run under the type `<workflow>.<map>`, and no workflow's name has a full stop. */
  #isPawls(workflowType: string): boolean {
    const [workflow = ''] = workflowType.split('.');
    return this.#workflows.has(workflow);
  }

  /** What a better worker could do must fail the workflow task only; these types would fail the run for it. */
  #refuseFailureTypes({ workflowFailureErrorTypes }: WorkerOptions): void {
    for (const [workflow, types] of Object.entries(workflowFailureErrorTypes ?? {})) {
      const fatal = types.find((type) => RETRIED_AS_WORKFLOW_TASK.includes(type));
      if (fatal === undefined || (workflow !== '*' && !this.#isPawls(workflow))) continue;
      throw new WorkerConfigurationError(`'${fatal}' would fail runs that a later worker could have finished`, {
        place: `workflowFailureErrorTypes['${workflow}']`,
        hint: 'name the workflow types that it is meant for, or leave it out',
      });
    }
  }
}

/** What runs can call in the worker, beside what a user's own workflows can. */
function workerCalls(own: WorkerOptions['sinks'], localStops: LocalStops): InjectedSinks<WorkerCalls> {
  const stopLocal = { fn: ({ runId }: WorkflowInfo, dispatch: string) => localStops.stop(runId, dispatch) };
  return { ...own, pawl: { stopLocal } };
}

const RETRIED_AS_WORKFLOW_TASK: readonly string[] = ['Error', 'NondeterminismError', 'DeterminismViolationError'];

/**
 * How long a workflow task waits for the worker that had its run in memory, before any other takes it: after a crash the run stands still
 * for that time. Temporal's 10 seconds suit histories that are slow to replay; a plan's is not.
 */
const STICKY_TIMEOUT = '2s';

/** A cancellation reaches a handler with the answer to a heartbeat, so within about this time. */
const HEARTBEAT_THROTTLE = '2s';
