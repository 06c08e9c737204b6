import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What Pawl needs to know of a schema without running it. */
export interface SchemaPrint {
  /**
   * Hash of the JSON schema of what it reads: equal shapes have equal hashes, in any process. What is or may be a function does not
   * show (refinements, defaults), nor does what is said about it (descriptions, examples).
   */
  readonly hash: string;
  /** Whether it has a one-way `.transform()` or `preprocess` somewhere, so that nothing can be encoded with it. */
  readonly isOneWay: boolean;
}

/** Schemas are immutable, and several tasks often share one. */
const prints = new WeakMap<z.ZodType, SchemaPrint>();

/** Holds no descriptions, titles or ids, in place of zod's global one. */
const NO_METADATA = z.registry<Record<string, never>>();

export function schemaPrint(schema: z.ZodType): SchemaPrint {
  const known = prints.get(schema);
  if (known !== undefined) return known;
  let isOneWay = false;
  const print = (io: 'input' | 'output') =>
    z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      metadata: NO_METADATA,
      override: ({ zodSchema, jsonSchema }) => {
        delete jsonSchema.default; // a function's is another one each time
        if (jsonSchema.format !== undefined) delete jsonSchema.pattern; // zod's own, which its versions improve
        const { def } = zodSchema._zod;
        if (def.type === 'transform') isOneWay = true;
        if (def.type === 'pipe' && (isTransform(def.in) || isTransform(def.out))) isOneWay = true;
      },
    });
  print('output');
  const hash = createHash('sha256')
    .update(JSON.stringify(print('input')))
    .digest('hex')
    .slice(0, 12);
  const result = { hash, isOneWay };
  prints.set(schema, result);
  return result;
}

function isTransform(schema: z.core.$ZodType): boolean {
  return schema._zod.def.type === 'transform';
}

/** From JavaScript anything may come, and from an older zod a schema that looks right. */
export function isZodSchema(schema: unknown): schema is z.ZodType {
  return typeof schema === 'object' && schema !== null && '_zod' in schema;
}
