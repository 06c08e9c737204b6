/** Values of Temporal's dynamic config by their keys. A duration is a string such as `"10s"`. */
export type DynamicConfig = Readonly<Record<string, string | number | boolean>>;

/**
 * What makes the dev server fast for DAGs. A line of 50 tasks takes 0.7 s with these and 5 s without, a line of 40 sleeps of 1 ms 0.6 s and 40 s, 100 concurrent
 * small runs 90 runs a second and 25.
 */
const TUNED_DYNAMIC_CONFIG: DynamicConfig = {
  // A shard takes new tasks from its transfer queue 20 times a second by default, and each step of a run needs two.
  'history.transferProcessorMaxPollRPS': 1_000,
  // A shard reads its timers a second ahead by default, and what is set meanwhile for earlier waits for the next second: a sleep of 1 ms takes 1 s, and so
  // does every retry that shall come sooner. And it reads them 20 times a second.
  'history.timerProcessorMaxTimeShift': '10ms',
  'history.timerProcessorMaxPollRPS': 1_000,
  // A worker that completes a workflow task gets the activities which it scheduled in the reply, without a poll.
  'system.enableActivityEagerExecution': true,
  // With several partitions of a task queue tasks and polls meet through forwarding, whose rate is limited. One is
  // plenty for one machine.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
};

/**
 * A write-ahead log that is synced at checkpoints only: safe against a killed process, while a power cut may lose the
 * last commits, but not the file.
 */
const FAST_PRAGMAS = ['journal_mode=wal', 'synchronous=normal'];

/**
 * SQLite keeps the lock on the file until the server ends, so that a second server is refused by the operating system,
 * whoever started it. Two at work on one file would each overwrite what the other remembers.
 */
const ONE_SERVER_PRAGMA = 'locking_mode=exclusive';

/**
 * Of Go's runtime: garbage is collected when there is four times as much of it as there is in use, and not already when there is as much, which took a tenth of the
 * server's processor time. Where the server comes near the limit, garbage is collected as often as that takes.
 */
const FAST_ENVIRONMENT = { GOGC: '400', GOMEMLIMIT: '2GiB' };

/** @param given whose own settings of Go's runtime are kept */
export function serverEnvironment(given: NodeJS.ProcessEnv, tuned: boolean): NodeJS.ProcessEnv {
  return tuned ? { ...FAST_ENVIRONMENT, ...given } : given;
}

/** The command line of `temporal server start-dev`. */
export function serverArguments(settings: {
  readonly host: string;
  readonly port: number;
  readonly uiPort: number;
  readonly uiCodecEndpoint?: string | undefined;
  readonly namespace: string;
  /** An absolute path, or `memory`. */
  readonly dbFilename: string;
  readonly tuned: boolean;
  readonly dynamicConfig: DynamicConfig;
}): string[] {
  const { namespace, dbFilename, tuned } = settings;
  const dynamicConfig = { ...(tuned ? TUNED_DYNAMIC_CONFIG : {}), ...settings.dynamicConfig };
  const inMemory = dbFilename === 'memory';
  const pragmas = tuned ? [...FAST_PRAGMAS, ...(inMemory ? [] : [ONE_SERVER_PRAGMA])] : [];
  return [
    ...['server', 'start-dev', '--ip', settings.host],
    ...['--port', String(settings.port), '--ui-port', String(settings.uiPort)],
    ...(settings.uiCodecEndpoint === undefined ? [] : ['--ui-codec-endpoint', settings.uiCodecEndpoint]),
    ...['--namespace', namespace],
    ...(inMemory ? [] : ['--db-filename', dbFilename]),
    ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...Object.entries(dynamicConfig).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${JSON.stringify(value)}`,
    ]),
  ];
}
