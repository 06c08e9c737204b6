import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NonRetryableError } from 'pawl';
import { z } from 'zod';

const packageJson = z.object({
  name: z.string().min(1),
  version: z.string().min(1),
  scripts: z.record(z.string(), z.string()).default({}),
});

export type PackageJson = z.output<typeof packageJson>;

/** @throws {@link NonRetryableError} that says what is wrong with the package */
export async function readPackageJson(dir: string): Promise<PackageJson> {
  const file = join(dir, 'package.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new NonRetryableError(`${dir} is not an npm package: there is no package.json in it`, { cause });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new NonRetryableError(`${file} is not JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  const parsed = packageJson.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new NonRetryableError(`${file} can't be released:\n${z.prettifyError(parsed.error)}`);
}
