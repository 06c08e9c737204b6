import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleOptions } from '@temporalio/worker';
import { interceptorEntry, sdkFolder, workflowEntry } from './bundle-manifest.js';
import { WorkerConfigurationError } from './worker-error.js';

type WebpackConfigHook = NonNullable<BundleOptions['webpackConfigHook']>;
type WebpackConfig = Parameters<WebpackConfigHook>[0];
type WebpackPlugin = Exclude<
  NonNullable<WebpackConfig['plugins']>[number],
  null | undefined | false | 0 | '' | ((...args: never[]) => unknown)
>;
type Compiler = Parameters<WebpackPlugin['apply']>[0];

/**
 * Bundles the user's workflows, if there are any, beside Pawl's: from a generated module that exports both. It refuses what `export *`
 * would lose or hide without a word: a default export of the user's (Pawl's own takes its place) and a workflow with the
 * name of one of Pawl's (the SDK would run the user's).
 */
export function bundleBoth(options: BundleOptions, names: readonly string[]): BundleOptions {
  const { workflowsPath, webpackConfigHook, workflowInterceptorModules = [] } = options;
  const interceptors = { workflowInterceptorModules: [...workflowInterceptorModules, interceptorEntry()] };
  if (workflowsPath === workflowEntry()) return { ...options, ...interceptors };
  const directory = mkdtempSync(join(tmpdir(), 'pawl-workflows-'));
  return {
    ...options,
    ...interceptors,
    workflowsPath: generateEntry(directory, workflowsPath),
    webpackConfigHook: (given) => {
      const config = webpackConfigHook?.(given) ?? given;
      const plugin = { apply: (compiler: Compiler) => checkBundle(compiler, directory, workflowsPath, names) };
      return {
        ...config,
        // The SDK imports itself from beside the entry, and no node_modules lies above that.
        resolve: { ...config.resolve, modules: [...(config.resolve?.modules ?? ['node_modules']), sdkFolder()] },
        plugins: [...(config.plugins ?? []), plugin],
      };
    },
  };
}

function generateEntry(directory: string, userWorkflows: string): string {
  const entry = join(directory, 'workflows.js');
  const lines = [
    `export * from ${JSON.stringify(userWorkflows)};`,
    `export { default } from ${JSON.stringify(workflowEntry())};`,
  ];
  writeFileSync(entry, `${lines.join('\n')}\n`);
  return entry;
}

/** What is thrown in this hook, unlike in the others, becomes the rejection that the user sees. */
function checkBundle(compiler: Compiler, directory: string, userWorkflows: string, names: readonly string[]): void {
  compiler.hooks.shutdown.tapPromise('pawl', () => rm(directory, { recursive: true, force: true }));
  compiler.hooks.afterCompile.tapPromise('pawl', async (compilation) => {
    const pawl = realpathSync(workflowEntry());
    let isPawlInside = false;
    for (const module of compilation.modules) {
      if ('resource' in module && module.resource === pawl) isPawlInside = true;
      for (const dependency of module.dependencies) {
        if (!('request' in dependency) || dependency.request !== userWorkflows) continue;
        const target = compilation.moduleGraph.getModule(dependency);
        const provided = target && compilation.moduleGraph.getExportsInfo(target).getProvidedExports();
        if (Array.isArray(provided)) refuse(provided, userWorkflows, names);
      }
    }
    if (isPawlInside) return;
    throw new WorkerConfigurationError("another plugin has put its own workflowsPath in the place of Pawl's", {
      place: 'plugins',
      hint: 'make PawlPlugin the last one',
    });
  });
}

function refuse(provided: readonly string[], place: string, names: readonly string[]): void {
  if (provided.includes('default')) {
    throw new WorkerConfigurationError(
      "your workflows have a default export, which is where Pawl's own workflow must be",
      {
        place,
        hint: 'give it a name, and start it by that name',
      },
    );
  }
  const taken = provided.find((name) => names.includes(name));
  if (taken !== undefined) {
    throw new WorkerConfigurationError(`it exports a workflow '${taken}', and so does Pawl`, {
      place,
      hint: 'a run is found by its workflow type, so rename one of them',
    });
  }
}
