import { WorkerSecrets } from '../../activities/worker-secrets.js';

/** The secrets of a worker that has these values by name. */
export function secretsOf(values: Readonly<Record<string, string>>): WorkerSecrets {
  return new WorkerSecrets({ provide: (name) => values[name], hint: (name) => `give ${name}` });
}
