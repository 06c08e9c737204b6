import type { SecretSource } from '../activities/worker-secrets.js';
import type { SecretProvider } from '../src/define/secret-provider.js';

/** The provider that a worker was given, or the environment of its process. */
export function secretSource(provider: SecretProvider | undefined): SecretSource {
  if (provider === undefined) return ENVIRONMENT;
  return {
    provide: provider,
    hint: (name) => `the \`secrets\` that the worker was given must return '${name}'`,
  };
}

const ENVIRONMENT: SecretSource = {
  // `toString` is not a variable.
  provide: (name) => (Object.hasOwn(process.env, name) ? process.env[name] : undefined),
  hint: (name) => `set ${name} in the environment of the worker, or give the worker \`secrets\``,
};
