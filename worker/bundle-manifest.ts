import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** What is recorded beside the shipped bundles. */
export interface BundleManifest {
  /** The exact version of `@temporalio/worker` that they were built with: another one may not run them. */
  readonly sdkVersion: string;
  readonly protocol: number;
}

/**
 * A workflow bundle that was built with the package.
 *
 * @param encrypted whether it is the one that puts messages and stacks of failures where codecs see them
 */
export function shippedBundle(encrypted: boolean): { readonly codePath: string; readonly manifest: BundleManifest } {
  const manifest = readJson(require.resolve('#workflow-bundle-manifest')) as BundleManifest; // written by the build beside the bundles
  return { codePath: require.resolve(encrypted ? '#encrypted-workflow-bundle' : '#workflow-bundle'), manifest };
}

export function installedSdkVersion(): string {
  return (readJson(require.resolve('@temporalio/worker/package.json')) as { version: string }).version;
}

/** The module of the generic workflow, for a bundle that holds a user's workflows as well. */
export function workflowEntry(): string {
  return require.resolve('#workflow-entry');
}

/** The module of its interceptor, which every bundle needs. */
export function interceptorEntry(): string {
  return require.resolve('#workflow-interceptor');
}

/** The folder in which `@temporalio/workflow` lies, as Pawl finds it. */
export function sdkFolder(): string {
  return join(dirname(require.resolve('@temporalio/workflow/package.json')), '..', '..');
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
