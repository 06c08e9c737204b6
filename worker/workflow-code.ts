import { readFileSync } from 'node:fs';
import type { BundlerPlugin, ReplayWorkerOptions, WorkerPlugin } from '@temporalio/worker';
import { ENCODED_FAILURES } from '../src/data/encoded-failure-converter.js';
import { encodedFailureConverterPath } from '../src/data/encrypted-data-converter.js';
import { installedSdkVersion, shippedBundle, workflowEntry } from './bundle-manifest.js';
import { WorkerConfigurationError } from './worker-error.js';

/** The options that have to do with workflow code; a worker and a replay worker both have them. */
export type CodeOptions = Pick<
  ReplayWorkerOptions,
  'workflowBundle' | 'workflowsPath' | 'interceptors' | 'dataConverter' | 'bundlerOptions' | 'plugins'
>;

export type WorkflowCode = Pick<CodeOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions'> & {
  /** Why the shipped bundle can't serve, so that the worker bundles at start; undefined when it can. */
  readonly reason?: string;
};

/**
 * Decides where the worker's workflow code comes from: a shipped bundle (with encryption the one that encodes failures), or, where that would
 * silently lose something that the user set, a bundle made at start, to which the plugin's `configureBundler` adds Pawl's workflow.
 *
 * @throws {@link WorkerConfigurationError} for a prebuilt bundle of the user's in which Pawl's workflow is missing, or with encryption its
 * failure converter
 */
export function chooseWorkflowCode(options: CodeOptions): WorkflowCode {
  const encrypted = options.dataConverter?.failureConverterPath === encodedFailureConverterPath();
  if (options.workflowBundle !== undefined)
    return { workflowBundle: requirePawlInside(options.workflowBundle, encrypted) };
  const { codePath, manifest } = shippedBundle(encrypted);
  const reason = whyBundle(options, encrypted, manifest.sdkVersion, installedSdkVersion());
  if (reason === undefined) return { workflowBundle: { codePath } };
  const { workflowsPath = workflowEntry(), bundlerOptions } = options;
  return { reason, workflowsPath, ...(bundlerOptions !== undefined && { bundlerOptions }) };
}

function whyBundle(options: CodeOptions, encrypted: boolean, built: string, installed: string): string | undefined {
  if (built !== installed)
    return `the shipped bundle was built with @temporalio/worker ${built}, ${installed} is installed`;
  if (options.workflowsPath !== undefined) return 'workflowsPath adds workflows of your own';
  if ((options.interceptors?.workflowModules?.length ?? 0) > 0) return 'interceptors.workflowModules is set';
  if (options.dataConverter?.payloadConverterPath !== undefined) return 'dataConverter.payloadConverterPath is set';
  if (options.dataConverter?.failureConverterPath !== undefined && !encrypted)
    return 'dataConverter.failureConverterPath is set';
  if (options.bundlerOptions !== undefined) return 'bundlerOptions is set';
  const plugin = options.plugins?.find(touchesBundle);
  return plugin === undefined ? undefined : `the plugin '${plugin.name}' changes the bundle`;
}

/** Every SimplePlugin has the hook; only what it does to the options tells whether it matters. */
function touchesBundle(plugin: WorkerPlugin & BundlerPlugin): boolean {
  if (plugin.configureBundler === undefined || isPawlPlugin(plugin)) return false;
  const before = { workflowsPath: 'probe' };
  const after = plugin.configureBundler({ ...before });
  return Object.entries(after).some(
    ([key, value]) => value !== undefined && value !== before[key as keyof typeof before],
  );
}

/** By name and not by class: importing the class here would make a cycle. */
function isPawlPlugin(plugin: WorkerPlugin): boolean {
  return plugin.name === 'pawl';
}

/** What the code of Pawl's workflow has in any bundle: the name of its query. */
const MARK = 'pawl.status';

function requirePawlInside(bundle: NonNullable<CodeOptions['workflowBundle']>, encrypted: boolean): typeof bundle {
  const code = 'code' in bundle ? bundle.code : readFileSync(bundle.codePath, 'utf8');
  if (!code.includes(MARK)) {
    throw new WorkerConfigurationError("your prebuilt bundle does not hold Pawl's workflow", {
      place: 'workflowBundle',
      hint: 'build it with bundleWorkflowCode({ workflowsPath, plugins: [new PawlPlugin({ workflows })] }), or give workflowsPath instead',
    });
  }
  if (encrypted && !code.includes(ENCODED_FAILURES)) {
    throw new WorkerConfigurationError(
      'in your prebuilt bundle failures would keep their messages and stacks in the clear',
      {
        place: 'workflowBundle',
        hint: 'build it with plugins: [new PawlPlugin({ workflows, encryption })]',
      },
    );
  }
  return bundle;
}
