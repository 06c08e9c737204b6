import type { SecretSource } from '../activities/worker-secrets.js';
import type { SecretProvider } from '../src/define/secret-provider.js';

/** Values by name, or what gives them. */
export type GivenSecrets = Readonly<Record<string, string>> | SecretProvider;

/** Never the environment: what a unit test does must not depend on where it runs. */
export function givenSecrets(secrets: GivenSecrets): SecretSource {
  return {
    provide: typeof secrets === 'function' ? secrets : (name) => new Map(Object.entries(secrets)).get(name),
    hint: (name) => `give runInProcess \`secrets: { ${name}: '…' }\``,
  };
}
