import { randomUUID } from 'node:crypto';
import { type Client, Connection, type WorkflowOptions } from '@temporalio/client';
import { FIRST_PROTOCOL, type RunEnvelope } from '../core/protocol.js';
import { wireOutput } from '../core/wire-output.js';
import { ResultCache } from '../data/cache/result-cache.js';
import { type CacheOption, resultStore } from '../data/cache/result-store.js';
import { EncryptionOptionsError } from '../data/encryption-errors.js';
import { OutputStore } from '../data/output-store.js';
import { type StorageOption, storageDrivers } from '../data/storage-drivers.js';
import { compile } from '../define/compile.js';
import { DEFAULTS } from '../define/defaults.js';
import { checkInput } from '../define/run-input.js';
import type { InputOf, NameOf, OutputOf, WireOutputOf, WorkflowDefinition } from '../define/workflow-definition.js';
import { collectGarbage, type GcOptions, type GcReport } from './collect-garbage.js';
import { type ConnectOptions, connectClient } from './connect.js';
import { InvalidInputError, StartRefusedError } from './errors.js';
import { type Health, readHealth } from './health.js';
import { type ListOptions, listRuns, type RunSummary } from './list-runs.js';
import { type RerunOptions, type RerunWith, rerun } from './rerun/rerun.js';
import type { RerunPlan } from './rerun/rerun-plan.js';
import { Run } from './run.js';
import { describePlan, type RunPlan } from './run-plan.js';
import { startRun } from './start-run.js';
import { guessUiUrl, runUrl } from './ui-url.js';

export interface EngineOptions {
  /** Where runs are started. @default 'pawl' */
  readonly taskQueue?: string | undefined;
  /** The Temporal UI. @default TEMPORAL_UI_URL, or what follows from a local or Temporal Cloud address */
  readonly uiUrl?: string | undefined;
  /**
   * Where the outputs are that were too large to travel in a run's history; the same as the workers' `storage`. Only what reads them needs it: `result()`,
   * `run.output()`, `rerun` and `gc()`. @default files, with a server on this machine or where PAWL_STORAGE_DIR is set
   */
  readonly storage?: StorageOption | undefined;
  /** What keeps the results of cached tasks, as the workers' `cache`: `gc()` asks it which of them are needed. @default as theirs */
  readonly cache?: CacheOption | undefined;
}

/**
 * Temporal's own options of a workflow start, all of them optional. Mind `retry`: it begins a failed run anew, finished tasks included, with
 * the same idempotency keys.
 */
export interface StartOptions extends Omit<WorkflowOptions, 'workflowId' | 'taskQueue' | 'followRuns' | 'typeInfo'> {
  /** @default the workflow's name and a random UUID */
  readonly workflowId?: string;
  /** @default the engine's task queue */
  readonly taskQueue?: string;
  /**
   * `bypass`: nothing is looked up in the cache, here and in child workflows; what the tasks make is written to it. @default tasks that have `cache` use what
   * is there
   */
  readonly cache?: 'bypass';
}

/** @throws {@link StartRefusedError} */
function cacheUse({ cache }: StartOptions): Pick<RunEnvelope, 'cache'> {
  if (cache === undefined || cache === 'bypass') return cache === undefined ? {} : { cache };
  throw new StartRefusedError(`cache can't be ${JSON.stringify(cache)}`, { hint: "write 'bypass', or leave it out" });
}

/** What the engine is connected to, as far as it is known. */
interface Server {
  readonly address: string | undefined;
  readonly uiUrl: string | undefined;
}

/** The input may be left out where the workflow takes none. */
type StartArguments<Input> = undefined extends Input
  ? [input?: Input, options?: StartOptions]
  : [input: Input, options?: StartOptions];

/** A definition of which only the types matter that a start has to do with. */
type Startable<Input, Output> = WorkflowDefinition<{
  name: string;
  input: Input;
  output: Output;
  wireOutput: unknown;
}>;

/**
 * The facade that services hold: starts runs and follows them. It keeps one connection and no state; make one per process and close it
 * at the end.
 */
export class OrchestrationEngine {
  /** The Temporal client underneath, for whatever Pawl does not wrap. */
  readonly client: Client;
  readonly taskQueue: string;
  readonly #uiUrl: string | undefined;
  readonly #outputs: OutputStore;
  readonly #results: ResultCache | undefined;
  readonly #ownsConnection: boolean;

  private constructor(client: Client, options: EngineOptions, server: Server, ownsConnection: boolean) {
    this.client = client;
    this.#outputs = new OutputStore({
      drivers: storageDrivers(options.storage, server.address),
      codecs: client.options.loadedDataConverter.payloadCodecs,
      namespace: client.options.namespace,
    });
    const results = resultStore(options.cache, server.address);
    this.#results = results && new ResultCache({ store: results, outputs: this.#outputs });
    this.taskQueue = options.taskQueue ?? DEFAULTS.taskQueue;
    this.#uiUrl = options.uiUrl?.replace(/\/+$/, '') ?? server.uiUrl;
    this.#ownsConnection = ownsConnection;
  }

  /**
   * Connects to Temporal, or takes a client that you already have. What is not given comes from Temporal's environment settings
   * (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TLS, profiles).
   *
   * @throws {@link ServerUnreachableError} after `connectTimeout`, 10 seconds by default
   * @throws {@link EncryptionOptionsError} for keys that can't be right
   */
  static async connect(
    options: EngineOptions & (ConnectOptions | { readonly client: Client; readonly encryption?: never }) = {},
  ): Promise<OrchestrationEngine> {
    if ('client' in options) {
      refuseEncryption(options);
      const { connection } = options.client;
      const address = connection instanceof Connection ? connection.options.address : undefined;
      const uiUrl = address === undefined ? process.env.TEMPORAL_UI_URL : guessUiUrl(address, process.env);
      return new OrchestrationEngine(options.client, options, { address, uiUrl }, false);
    }
    const { taskQueue, uiUrl, storage, cache, ...connectOptions } = options;
    const { client, address } = await connectClient(connectOptions);
    return new OrchestrationEngine(
      client,
      options,
      { address: address ?? DEFAULTS.address, uiUrl: guessUiUrl(address, process.env) },
      true,
    );
  }

  /**
   * Starts a run by the workflow's name, in services that must not load handlers, and returns its handle at once. The plan is made by the
   * first worker. The types come as a parameter: `engine.start<typeof release>('release', { dir: '.' })`.
   *
   * @throws {@link RunAlreadyExistsError} if a run of that workflowId is open
   */
  start<W extends WorkflowDefinition = WorkflowDefinition>(
    name: NameOf<W>,
    ...args: StartArguments<InputOf<W>>
  ): Promise<Run<WireOutputOf<W>>>;
  // The definition comes last: the compiler explains a mistake by the last overload that takes as many type arguments.
  /**
   * Starts a run and returns its handle at once. The definition's compiled plan travels with the run, so that a deploy changes nothing of
   * it.
   *
   * @throws {@link DefinitionError}, {@link InvalidInputError} before anything is started
   * @throws {@link RunAlreadyExistsError} if a run of that workflowId is open
   */
  start<Input, Output>(
    workflow: Startable<Input, Output>,
    ...args: StartArguments<NoInfer<Input>>
  ): Promise<Run<Output>>;
  async start(
    workflow: WorkflowDefinition | string,
    input?: unknown,
    options: StartOptions = {},
  ): Promise<Run<unknown>> {
    if (typeof workflow === 'string') {
      const envelope: RunEnvelope = { protocol: FIRST_PROTOCOL, ...cacheUse(options) };
      return this.#start(workflow, [input, envelope], options, undefined);
    }
    const { plan, input: checked } = await this.#prepare(workflow, input);
    const envelope: RunEnvelope = { protocol: plan.protocol, plan, ...cacheUse(options) };
    const summarized = { staticSummary: workflow.settings.title ?? workflow.name, ...options };
    return this.#start(workflow.name, [wireOutput(checked), envelope], summarized, workflow);
  }

  /** Starts a run by the workflow's name and waits for its outputs: {@link start}, then {@link Run.result}. */
  execute<W extends WorkflowDefinition = WorkflowDefinition>(
    name: NameOf<W>,
    ...args: StartArguments<InputOf<W>>
  ): Promise<WireOutputOf<W>>;
  /** Starts a run and waits for its outputs: {@link start}, then {@link Run.result}. */
  execute<Input, Output>(workflow: Startable<Input, Output>, ...args: StartArguments<NoInfer<Input>>): Promise<Output>;
  async execute(workflow: WorkflowDefinition | string, input?: unknown, options: StartOptions = {}): Promise<unknown> {
    const run =
      typeof workflow === 'string'
        ? await this.start(workflow, input, options)
        : await this.start(workflow, input, options);
    return run.result();
  }

  /**
   * A handle on a run that was started before, here or elsewhere. Nothing is looked up yet.
   *
   * @param runId @default the latest run of that workflow id
   */
  run<W extends WorkflowDefinition = WorkflowDefinition>(workflowId: string, runId?: string): Run<WireOutputOf<W>> {
    const url = runUrl(this.#uiUrl, this.client.options.namespace, workflowId, runId);
    return new Run(this.client, this.#outputs, { id: workflowId, runId, url });
  }

  /** What {@link rerun} would do: for each task reuse or rerun, what was compared, and why. */
  rerun(workflowId: string, options: RerunOptions & { readonly dryRun: true }): Promise<RerunPlan>;
  /** Runs a run again that has ended, with the types of the definition. */
  rerun<W extends WorkflowDefinition>(
    workflowId: string,
    options: RerunWith<W> & { readonly dryRun?: false },
  ): Promise<Run<OutputOf<W>>>;
  /**
   * Runs a run again that has ended: a new run, linked to the old one, which reuses the outputs of tasks that have succeeded and runs the rest and
   * everything downstream again; of a map only the items that have not succeeded. Skips stay as they were decided. A resource that
   * was destroyed is created anew if something that needs it runs again.
   *
   * @throws {@link RunStillOpenError} if it is open, or one of the new workflow id is
   * @throws {@link RerunRefusedError} if nothing would run again, or the run can't be gone on from
   * @throws {@link UnknownTaskError} if `from` names what is not there
   * @throws {@link RunNotFoundError}, {@link InvalidInputError}, {@link DefinitionError}
   */
  rerun<W extends WorkflowDefinition = WorkflowDefinition>(
    workflowId: string,
    options?: RerunOptions & { readonly definition?: 'same'; readonly dryRun?: false },
  ): Promise<Run<WireOutputOf<W>>>;
  async rerun(workflowId: string, options: RerunOptions = {}): Promise<Run<unknown> | RerunPlan> {
    const {
      workflowId: newId,
      runId,
      plan,
    } = await rerun(this.client, this.#outputs, this.#uiUrl, workflowId, options);
    return runId === undefined ? plan : this.#handle(newId, runId, options.workflow);
  }

  /** The runs on the engine's task queue, or of one workflow, latest first. */
  list(options: ListOptions = {}): AsyncIterable<RunSummary> {
    return listRuns(this.client, this.taskQueue, this.#uiUrl, options);
  }

  /**
   * What a run would do, without starting it: the input completed, waves, the critical path.
   *
   * @throws {@link DefinitionError}, {@link InvalidInputError}
   */
  async plan<W extends WorkflowDefinition>(
    workflow: W,
    ...args: undefined extends InputOf<W> ? [input?: InputOf<W>] : [input: InputOf<W>]
  ): Promise<RunPlan> {
    const { plan, input } = await this.#prepare(workflow, args[0]);
    return describePlan(plan, input);
  }

  /** Whether the server answers, which workers poll the task queue, whether they serve the same definitions, and which runs are stuck. */
  health(): Promise<Health> {
    return readHealth(this.client, this.taskQueue, Date.now());
  }

  /**
   * Deletes stored outputs that no run needs any more: of a storage driver that can list and delete, as {@link FileSystemStorageDriver} can, what belongs to no
   * run that Temporal retains in this namespace, to no rerun of such a run, and to no entry of the cache. Every namespace that stores in the same folder must be given its own.
   *
   * @throws {@link InvalidOptionError}, {@link DecryptionError} if a rerun is encrypted and the engine has not its keys, {@link ServerUnreachableError}, and
   * what the storage throws
   */
  gc(options: GcOptions = {}): Promise<GcReport> {
    return collectGarbage(this.client, this.#outputs, this.#results, options);
  }

  /** Closes the connection, unless it came from outside. */
  async close(): Promise<void> {
    if (this.#ownsConnection) await this.client.connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #prepare(workflow: WorkflowDefinition, given: unknown) {
    const plan = compile(workflow);
    const checked = await checkInput(workflow, given);
    if (checked.kind === 'invalid')
      throw new InvalidInputError(checked.message, { place: `workflow '${workflow.name}'` });
    return { plan, input: checked.input };
  }

  async #start(
    type: string,
    args: readonly unknown[],
    options: StartOptions,
    definition: WorkflowDefinition | undefined,
  ): Promise<Run<unknown>> {
    const { workflowId = `${type}-${randomUUID()}`, taskQueue = this.taskQueue, cache: _, ...rest } = options;
    const runId = await startRun(this.client, type, { ...rest, workflowId, taskQueue, args: [...args] });
    return this.#handle(workflowId, runId, definition);
  }

  /** @param runId of a first execution */
  #handle(workflowId: string, runId: string, definition: WorkflowDefinition | undefined): Run<unknown> {
    const url = runUrl(this.#uiUrl, this.client.options.namespace, workflowId, runId);
    return new Run(this.client, this.#outputs, { id: workflowId, runId, isFirst: true, url }, definition);
  }
}

/** What a client was made with can't be changed, and another one beside it would leave what the first sends in the clear. */
function refuseEncryption({ encryption }: { readonly encryption?: unknown }): void {
  if (encryption === undefined) return;
  throw new EncryptionOptionsError('a client that is there already can not be made to encrypt', {
    place: 'encryption',
    hint: 'make it with new Client({ connection, dataConverter: encryptedDataConverter(encryption) })',
  });
}
