// Builds the workflow bundle that the package ships, and records what it was built with.
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { PROTOCOL } from '../dist/src/core/protocol.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version: sdkVersion } = createRequire(import.meta.url)('@temporalio/worker/package.json');

const { code } = await bundleWorkflowCode({
  workflowsPath: `${root}dist/workflows/pawl-workflow.js`,
  logger: new DefaultLogger('WARN'),
  // Stack traces name files of the package, not of the machine that built it.
  webpackConfigHook: (config) => ({
    ...config,
    context: root,
    output: {
      ...config.output,
      devtoolModuleFilenameTemplate: ({ absoluteResourcePath }) => `pawl/${relative(root, absoluteResourcePath)}`,
    },
  }),
});

await writeFile(`${root}dist/workflows/workflow-bundle.code`, code);
await writeFile(
  `${root}dist/workflows/workflow-bundle.json`,
  `${JSON.stringify({ sdkVersion, protocol: PROTOCOL }, null, 2)}\n`,
);
