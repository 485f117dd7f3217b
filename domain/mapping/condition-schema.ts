import { z } from 'zod';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const numeric = z.union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/, 'must be a number such as 12.5')]);

/**
 * One condition of a rule: tests on a field (a path of the record, or `value` for the current value; all given tests must
 * hold), or `all`, `any`, `not` of further conditions. Exactly one of `field`, `all`, `any` and `not` is given.
 */
export const conditionSchema = z
  .strictObject({
    field: z.string().min(1).optional(),
    equals: scalar.optional(),
    in: z.array(scalar).min(1).optional(),
    contains: scalar.optional(),
    matches: z.string().min(1).optional(),
    greater: numeric.optional(),
    less: numeric.optional(),
    empty: z.boolean().optional(),
    ignoreCase: z.boolean().optional(),
    get all(): z.ZodOptional<z.ZodArray<typeof conditionSchema>> {
      return z.array(conditionSchema).min(1).optional();
    },
    get any(): z.ZodOptional<z.ZodArray<typeof conditionSchema>> {
      return z.array(conditionSchema).min(1).optional();
    },
    get not(): z.ZodOptional<typeof conditionSchema> {
      return conditionSchema.optional();
    },
  })
  .meta({ id: 'MappingCondition' });

export type Condition = z.infer<typeof conditionSchema>;
