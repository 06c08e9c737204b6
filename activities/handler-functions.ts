import type { ErasedHandler } from '../src/define/workflow-definition.js';
import type { ServedTask } from './served-task.js';

/** The functions of a task that may stand in a module of their own. */
interface HandlerFunctions {
  readonly run: ErasedHandler | undefined;
  readonly when: ErasedHandler | undefined;
}

/** Modules are imported at the task's first use; Node caches them. */
export async function handlerFunctions({ definition, workflow }: ServedTask): Promise<HandlerFunctions> {
  const { run, load, when } = definition;
  if (load === undefined) return { run, when };
  const module = await load();
  const place = `${workflow}.${definition.id}: the module that load imports`;
  if (typeof module?.run !== 'function') {
    throw new TypeError(
      `${place} has no function \`run\`; export one, as in \`export const run = async (needs, ctx) => …\``,
    );
  }
  if (module.when === undefined) return { run: module.run, when };
  if (typeof module.when !== 'function') throw new TypeError(`${place} exports \`when\`, which is not a function`);
  if (when !== undefined) throw new TypeError(`${place} exports \`when\`, and the task has one; keep one of them`);
  return { run: module.run, when: module.when };
}
