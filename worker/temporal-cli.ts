export interface TemporalCli {
  readonly path: string;
  /** What it answers to `--version`, such as `1.5.1 (Server 1.29.1, UI 2.42.1)`; one built by Go calls itself 0.0.0-DEV. */
  readonly version: string;
  readonly source: 'TEMPORAL_CLI_PATH' | 'PATH' | 'cache' | 'download' | 'build';
}

/** Puts a Temporal CLI into an empty folder and returns its path. Throws, with the reason, where it can't. */
export type MakeTemporalCli = (
  folder: string,
  context: { readonly env: NodeJS.ProcessEnv; readonly onProgress: (line: string) => void },
) => Promise<string>;
