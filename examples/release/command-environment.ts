import { delimiter, sep } from 'node:path';

/** What `npm run` tells its script about the package it belongs to; other settings of npm, such as a registry, stay. */
const OF_THE_OUTER_PACKAGE = /^(npm_lifecycle_|npm_package_|npm_command$|npm_config_local_prefix$|INIT_CWD$)/;

/**
 * The environment for the commands of a package under release. The worker may itself have been started by `npm run`; what
 * that put into the environment would make a package find the tools of another one, and pass here only.
 */
export function commandEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(env).filter(([name]) => !OF_THE_OUTER_PACKAGE.test(name) && name !== 'FORCE_COLOR');
  const path = (env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes(`${sep}node_modules${sep}`));
  return { ...Object.fromEntries(inherited), PATH: path.join(delimiter), NO_COLOR: '1' };
}
