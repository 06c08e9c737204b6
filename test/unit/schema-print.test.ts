import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { schemaPrint } from '../../src/define/schema-print.js';
import { isoDate } from '../support/iso-date.js';

interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}

describe('the hash of a schema', () => {
  test.each<[string, z.ZodType, z.ZodType]>([
    ['two schemas that read the same', z.object({ a: z.string() }), z.object({ a: z.string() })],
    ['a refinement', z.string(), z.string().refine((text) => text.length > 3)],
    ['a description', z.object({ a: z.string() }), z.object({ a: z.string().describe('the a') }).meta({ title: 'A' })],
    ['an id', z.string(), z.string().meta({ id: 'Name' })],
    ['a default', withDefault('main'), withDefault('trunk')],
    ['what a default makes', withDefault(() => 'main'), withDefault(() => `${Math.random()}`)],
    ['what a codec decodes to', z.iso.datetime(), isoDate],
  ])('is not changed by %s', (_, one, other) => {
    expect(schemaPrint(one).hash).toBe(schemaPrint(other).hash);
  });

  test.each<[string, z.ZodType, z.ZodType]>([
    ['a type', z.string(), z.number()],
    ['a property', z.object({ a: z.string() }), z.object({ b: z.string() })],
    ['whether a property must be there', z.object({ a: z.string() }), z.object({ a: z.string().optional() })],
    ['whether more properties may be there', z.object({}), z.strictObject({})],
    ['a choice', z.enum(['a', 'b']), z.enum(['a', 'c'])],
    ['a limit', z.number(), z.number().max(10)],
    ['a pattern', z.string().regex(/a/), z.string().regex(/b/)],
    ['a format', z.string(), z.iso.datetime()],
    ['what a list holds', z.array(z.string()), z.array(z.number())],
  ])('is changed by %s', (_, one, other) => {
    expect(schemaPrint(one).hash).not.toBe(schemaPrint(other).hash);
  });

  test('is made of schemas that hold themselves', () => {
    const tree: z.ZodType<Tree> = z.object({ name: z.string(), children: z.lazy(() => z.array(tree)) });
    expect(schemaPrint(tree).hash).toMatch(/^[0-9a-f]{12}$/);
  });

  test('is made of schemas of which two have the same id', () => {
    const schema = z.object({ a: z.string().meta({ id: 'same' }), b: z.number().meta({ id: 'same' }) });
    expect(schemaPrint(schema).hash).toBe(schemaPrint(z.object({ a: z.string(), b: z.number() })).hash);
  });
});

describe('a schema is one-way', () => {
  test.each<[string, z.ZodType]>([
    ['by .transform()', z.string().transform(Number)],
    ['by z.preprocess()', z.preprocess(Number, z.number())],
    ['by a transform deep inside', z.object({ a: z.array(z.string().transform(Number).optional()) })],
    ['by a transform in what a pipe reads', z.pipe(z.object({ a: z.string().transform(Number) }), z.any())],
    ['by a transform in a default', z.string().transform(Number).default(3)],
    ['by a transform in a schema that holds itself', recursive()],
  ])('%s', (_, schema) => {
    expect(schemaPrint(schema).isOneWay).toBe(true);
  });

  test.each<[string, z.ZodType]>([
    ['by a codec', z.object({ at: isoDate.optional() })],
    ['by a pipe of two schemas', z.string().pipe(z.string().min(3))],
    ['by what changes a value to one of the same type', z.string().trim().toLowerCase()],
    ['by a default', z.string().default('main')],
    ['by a refinement', z.string().refine(() => true)],
  ])('not %s', (_, schema) => {
    expect(schemaPrint(schema).isOneWay).toBe(false);
  });
});

function withDefault(value: string | (() => string)): z.ZodType {
  const text = z.string();
  return z.object({ ref: typeof value === 'string' ? text.default(value) : text.default(value) });
}

function recursive(): z.ZodType {
  const tree: z.ZodType = z.object({ size: z.string().transform(Number), children: z.lazy(() => z.array(tree)) });
  return tree;
}
