export type { CacheOption, ResultStore } from '../src/data/cache/result-store.js';
export { connectOrStartDevServer, type TemporalServer } from './connect-or-start-dev-server.js';
export { type CreateWorkerOptions, createWorker } from './create-worker.js';
export { type DevServer, type DevServerOptions, startDevServer } from './dev-server.js';
export {
  DevServerDatabaseError,
  DevServerDatabaseInUseError,
  DevServerPortInUseError,
  DevServerStartError,
  TemporalCliNotFoundError,
} from './dev-server-error.js';
export type { DynamicConfig } from './dev-server-settings.js';
export { PawlPlugin, type PawlPluginOptions } from './pawl-plugin.js';
export { WorkerConfigurationError } from './worker-error.js';
