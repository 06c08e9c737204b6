import { WorkerProcess } from '../measure/worker-process.js';
import type { ContenderSettings } from './contender-worker.js';

export function startContender(settings: ContenderSettings): Promise<WorkerProcess> {
  return WorkerProcess.start(new URL('./contender-worker.ts', import.meta.url), settings);
}
