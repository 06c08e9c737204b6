import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The public API of an entry point as text: what it exports, with its kind, and the declarations of that and of everything of
 * Pawl's own that these declarations name. It reads the compiler's declaration files, whose layout is regular.
 *
 * @param entry the path of an `index.d.ts` that only re-exports
 */
export function publicDeclarations(entry: string): { readonly values: readonly string[]; readonly text: string } {
  const found = new Map<string, string>();
  const exported = namesFrom(readFileSync(entry, 'utf8'), 'export').map(({ name, file, isType }) => {
    const declaration = collect(name, join(dirname(entry), file), found);
    return { name, isType, kind: kindOf(declaration) };
  });
  const list = exported.map(
    ({ name, kind, isType }) => `${isType && kind === 'class' ? 'type of class' : kind} ${name}`,
  );
  return {
    values: exported.filter(({ kind, isType }) => !isType && isValue(kind)).map(({ name }) => name),
    text: `${list.sort().join('\n')}\n\n${[...found.values()].sort().join('\n\n')}\n`,
  };
}

/** Adds the declaration of a name, and what it names in turn, and returns it. */
function collect(name: string, path: string, found: Map<string, string>): string {
  const key = `${path} ${name}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const source = readFileSync(path.replace(/\.js$/, '.d.ts'), 'utf8').replaceAll(/^ *\/\*\*[\s\S]*?\*\/\n/gm, '');
  const declarations = declarationsOf(source);
  const imports = new Map(namesFrom(source, 'import').map(({ name, file }) => [name, join(dirname(path), file)]));
  const declaration = declarations.get(name);
  if (declaration === undefined) throw new Error(`no declaration of ${name} in ${path}`);
  found.set(key, declaration);
  for (const [word] of declaration.matchAll(/\b[A-Za-z_]\w*\b/g)) {
    const file = declarations.has(word) ? path : imports.get(word);
    if (file !== undefined && word !== name) collect(word, file, found);
  }
  return declaration;
}

const START = /^(?:export )?(?:declare )?(?:abstract )?(class|interface|type|function|const) (\w+)/;

/** Top-level declarations by name; overloads of a function belong together. */
function declarationsOf(source: string): Map<string, string> {
  const declarations = new Map<string, string>();
  let current: string | undefined;
  for (const line of source.split('\n')) {
    const [, , name] = START.exec(line) ?? [];
    if (name !== undefined) current = name;
    else if (/^(import|export) /.test(line)) current = undefined;
    if (current === undefined || line === '') continue;
    const before = declarations.get(current);
    declarations.set(current, before === undefined ? line : `${before}\n${line}`);
  }
  return declarations;
}

function kindOf(declaration: string): string {
  return START.exec(declaration)?.[1] ?? '';
}

function isValue(kind: string): boolean {
  return kind === 'class' || kind === 'function' || kind === 'const';
}

/** The names in `import { a, type B } from './file.js'`, or in `export { … }`. */
function namesFrom(source: string, keyword: 'import' | 'export') {
  const statements = source.matchAll(new RegExp(`^${keyword} (type )?\\{([^}]*)\\} from '(\\.[^']*)';`, 'gm'));
  return [...statements].flatMap(([, type, names = '', file = '']) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => ({
        name: name.replace(/^type /, ''),
        file,
        isType: type !== undefined || name.startsWith('type '),
      })),
  );
}
