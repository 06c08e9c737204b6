import { z } from 'zod';
import { type TaskContext, workflow } from '../../src/index.js';

export interface PipelineInput {
  /** The file that entries of handlers are appended to. */
  readonly log: string;
}

export interface PipelineOptions {
  /** What every handler does before it returns. @default nothing */
  readonly work?: (context: TaskContext<PipelineInput>) => Promise<void>;
  /** @default 50, more than any test uses */
  readonly maximumAttempts?: number;
  /** Milliseconds after which a killed worker is noticed. @default 2,000 */
  readonly heartbeatTimeout?: number;
  /** @default false */
  readonly isLocal?: boolean;
}

/**
 * The tasks of `examples/release` with their graph, noticed soon when their worker is lost. Each output tells what it was made from, so
 * that the result shows whether anything was lost on the way.
 */
export function examplePipeline({
  work,
  maximumAttempts = 50,
  heartbeatTimeout = 2_000,
  isLocal = false,
}: PipelineOptions = {}) {
  return workflow('pipeline', { input: z.object({ log: z.string() }) }, ({ task }) => {
    const settings = {
      ...(isLocal ? ({ placement: 'local' } as const) : { heartbeatTimeout, startToCloseTimeout: 60_000 }),
      retry: { maximumAttempts, initialInterval: 50, backoffCoefficient: 1 },
    };
    const run = async (needs: Readonly<Record<string, string>>, context: TaskContext<PipelineInput>) => {
      await work?.(context);
      return `${context.task}(${Object.values(needs).join(', ')})`;
    };
    const install = task('install', { ...settings, run });
    const typecheck = task('typecheck', { ...settings, needs: { install }, run });
    const lint = task('lint', { ...settings, needs: { install }, run });
    const unit = task('unit', { ...settings, needs: { install }, run });
    const build = task('build', { ...settings, needs: { typecheck, lint, unit }, run });
    const pack = task('pack', { ...settings, needs: { build }, run });
    const deploy = task('deploy', { ...settings, needs: { pack }, run });
    const smoke = task('smoke', { ...settings, needs: { deploy }, run });
    return { smoke };
  });
}

export const PIPELINE_TASKS = ['install', 'typecheck', 'lint', 'unit', 'build', 'pack', 'deploy', 'smoke'] as const;

/** The result of every run that lost nothing. */
export const PIPELINE_RESULT = {
  smoke: 'smoke(deploy(pack(build(typecheck(install()), lint(install()), unit(install())))))',
} as const;
