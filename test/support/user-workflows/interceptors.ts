import type { WorkflowInterceptors } from '@temporalio/workflow';

/** Marks each result of a workflow. */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      async execute(input, next) {
        const result = await next(input);
        return typeof result === 'object' ? { ...result, intercepted: true } : result;
      },
    },
  ],
});
