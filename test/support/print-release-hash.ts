import { compile } from '../../src/index.js';
import { releaseWorkflow } from './release-workflow.js';

// A process of its own, for the test that two of them make the same plan.
process.stdout.write(compile(releaseWorkflow()).hash);
