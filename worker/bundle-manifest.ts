import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** What is recorded beside the shipped bundle. */
export interface BundleManifest {
  /** The exact version of `@temporalio/worker` that it was built with: another one may not run it. */
  readonly sdkVersion: string;
  readonly protocol: number;
}

/** The workflow bundle that was built with the package. */
export function shippedBundle(): { readonly codePath: string; readonly manifest: BundleManifest } {
  const manifest = readJson(require.resolve('#workflow-bundle-manifest')) as BundleManifest; // written by the build beside the bundle
  return { codePath: require.resolve('#workflow-bundle'), manifest };
}

export function installedSdkVersion(): string {
  return (readJson(require.resolve('@temporalio/worker/package.json')) as { version: string }).version;
}

/** The module of the generic workflow, for a bundle that holds a user's workflows as well. */
export function workflowEntry(): string {
  return require.resolve('#workflow-entry');
}

/** The folder in which `@temporalio/workflow` lies, as Pawl finds it. */
export function sdkFolder(): string {
  return join(dirname(require.resolve('@temporalio/workflow/package.json')), '..', '..');
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
