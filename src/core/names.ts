const PATTERN = /^[A-Za-z][A-Za-z0-9_-]*$/;
const MAXIMUM_LENGTH = 100;

/**
 * Why a name can't be used for a workflow, a node in its group, a need or an output, or undefined if it can. The reserved ones: the bundle looks a workflow up by
 * its type in a plain object, where `default` is Pawl's own and `constructor` would be found on Object.prototype.
 */
export function explainInvalidName(name: unknown): string | undefined {
  if (typeof name !== 'string') return `a name must be a string, not ${typeof name}`;
  if (name.length > MAXIMUM_LENGTH)
    return `'${name.slice(0, 20)}…' has ${name.length} characters, ${MAXIMUM_LENGTH} are allowed`;
  if (!PATTERN.test(name)) return `'${name}' is not a name: it must match ${PATTERN.source}`;
  if (name === 'default' || name in Object.prototype || name.startsWith('pawl')) return `'${name}' is a reserved name`;
  return undefined;
}

/** Why a node can't have this id, or undefined if it can: names joined by dots, the names of its groups and its own, 100 characters together. */
export function explainInvalidId(id: unknown): string | undefined {
  if (typeof id !== 'string' || id.length > MAXIMUM_LENGTH) return explainInvalidName(id);
  for (const name of id.split('.')) {
    const problem = explainInvalidName(name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
