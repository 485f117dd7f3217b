import { z } from 'zod';
import { ruleSchema } from './rule-schema.ts';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const constant = z.union([scalar, z.array(scalar)]);

/** What a look-up gives for a value that its set does not hold: the value itself (the default) or a stated one. */
const noMatchSchema = z.union([z.literal('passThrough'), z.strictObject({ value: constant })]);

/** A look-up table from the text of a value to another value. Keys are compared exactly, letter case included. */
export const mappingSetSchema = z
  .strictObject({ map: z.record(z.string(), constant), noMatch: noMatchSchema.optional() })
  .meta({ id: 'MappingSet' });

/** Named look-up tables, shared by the fields of a job. */
export const mappingSetsSchema = z.record(z.string(), mappingSetSchema);

const fieldSchema = z
  .strictObject({
    from: z.string().min(1).optional(),
    value: constant.optional(),
    set: mappingSetSchema.extend({ from: z.string().min(1) }).optional(),
    lookup: z.string().min(1).optional(),
    expression: z.string().min(1).optional(),
    rules: z.array(ruleSchema).optional(),
  })
  .meta({ id: 'MappingField' });

/**
 * A mapping template as it is written in a source file: target field to where its value comes from. A field is a path
 * (short for `{ from: path }`), null (left empty), or exactly one of `from`, `value`, `set`, `lookup` with `from`, and
 * `expression`, each with an ordered list of `rules`.
 */
export const templateSchema = z.record(
  z.string().regex(/^[A-Za-z][A-Za-z0-9 _.-]{0,63}$/, 'must be a name that starts with a letter, at most 64 long'),
  z.union([z.string().min(1), z.null(), fieldSchema]),
);

export type MappingSet = z.infer<typeof mappingSetSchema>;
export type MappingSets = z.infer<typeof mappingSetsSchema>;
export type FieldTemplate = z.infer<typeof fieldSchema>;
export type Template = z.infer<typeof templateSchema>;
