import { readFile, rename, writeFile } from 'node:fs/promises';
import type { z } from 'zod';

/** @returns undefined if there is no such file */
export async function readJson<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S> | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The file has the old contents or the new ones, never half of them. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(value, undefined, 2));
  await rename(`${file}.new`, file);
}
