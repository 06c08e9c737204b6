// Builds the workflow bundles that the package ships, and records what they were built with.
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { PROTOCOL } from '../dist/src/core/protocol.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version: sdkVersion } = createRequire(import.meta.url)('@temporalio/worker/package.json');

const workflowsPath = `${root}dist/workflows/shipped-workflow.js`;

/** @param {{ failureConverterPath?: string }} options */
async function bundle(options) {
  const { code } = await bundleWorkflowCode({
    ...options,
    workflowsPath,
    workflowInterceptorModules: [`${root}dist/workflows/hearing.js`],
    // Evaluated once in a worker instead of once for each run, which would take longer than a short run's own work. Its modules keep nothing of a
    // run but what WeakMaps hold by the run's own objects.
    preloadModules: [workflowsPath],
    logger: new DefaultLogger('WARN'),
    // The source map names files of the package, not of the machine that built it.
    webpackConfigHook: (config) => ({
      ...config,
      context: root,
      output: {
        ...config.output,
        devtoolModuleFilenameTemplate: ({ absoluteResourcePath }) => `pawl/${relative(root, absoluteResourcePath)}`,
      },
    }),
  });
  return code;
}

await writeFile(`${root}dist/workflows/workflow-bundle.code`, await bundle({}));
// The failure converter is a part of the code in the sandbox: a worker that encrypts takes this one.
const failureConverterPath = `${root}dist/src/data/encoded-failure-converter.js`;
await writeFile(`${root}dist/workflows/encrypted-workflow-bundle.code`, await bundle({ failureConverterPath }));
await writeFile(
  `${root}dist/workflows/workflow-bundle.json`,
  `${JSON.stringify({ sdkVersion, protocol: PROTOCOL }, null, 2)}\n`,
);
