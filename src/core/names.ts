const PATTERN = /^[A-Za-z][A-Za-z0-9_-]*$/;
const MAXIMUM_LENGTH = 100;

/**
 * Why a name can't be used for a workflow, a task, a need or an output, or undefined if it can. The reserved ones: the bundle looks a workflow up by
 * its type in a plain object, where `default` is Pawl's own and `constructor` would be found on Object.prototype.
 */
export function explainInvalidName(name: unknown): string | undefined {
  if (typeof name !== 'string') return `a name must be a string, not ${typeof name}`;
  if (!PATTERN.test(name)) return `'${name}' is not a name: it must match ${PATTERN.source}`;
  if (name.length > MAXIMUM_LENGTH)
    return `'${name.slice(0, 20)}…' has ${name.length} characters, ${MAXIMUM_LENGTH} are allowed`;
  if (name === 'default' || name in Object.prototype || name.startsWith('pawl')) return `'${name}' is a reserved name`;
  return undefined;
}
