import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

export const HAND_WORKFLOWS = fileURLToPath(new URL('./hand-workflows.ts', import.meta.url));

/** Bundles the workflows that are written by hand, once, as an expert would before the workers start. */
export async function bundleHandWorkflows(file: string): Promise<void> {
  const { code } = await bundleWorkflowCode({ workflowsPath: HAND_WORKFLOWS, logger: new DefaultLogger('ERROR') });
  await writeFile(file, code);
}
