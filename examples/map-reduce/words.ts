import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Some 275,000 English words, a to z, in lower case. Read when they are first asked for, once in a process. */
export function readWords(): readonly string[] {
  return require('an-array-of-english-words') as readonly string[]; // the package is this list, as JSON
}
