import { z } from 'zod';
import { conditionSchema } from './condition-schema.ts';

/** A number as people write it in YAML, `15` or `"15"`; a text never passes through a double. */
const decimal = z.union([z.number(), z.string()]);
const whole = z.int().min(0).max(2_147_483_647);
const when = conditionSchema.optional();

const textRules = [
  z.strictObject({ rule: z.literal('trim'), when }),
  z.strictObject({ rule: z.literal('case'), to: z.enum(['upper', 'lower', 'title', 'sentence']), when }),
  z.strictObject({ rule: z.literal('stripHtml'), when }),
  z.strictObject({
    rule: z.literal('replace'),
    /** Literal text to look for; or `pattern`, a regular expression. Exactly one of the two. */
    find: z.string().min(1).optional(),
    pattern: z.string().min(1).optional(),
    with: z.string(),
    ignoreCase: z.boolean().optional(),
    when,
  }),
  z.strictObject({ rule: z.literal('prefix'), text: z.string().min(1), when }),
  z.strictObject({ rule: z.literal('suffix'), text: z.string().min(1), when }),
  z.strictObject({ rule: z.literal('truncate'), length: z.int().min(1), ellipsis: z.string().optional(), when }),
] as const;

const tier = z.strictObject({
  /** The tier reaches up to and including this amount; only the last may leave it out. */
  upTo: decimal.optional(),
  percent: decimal.optional(),
  amount: decimal.optional(),
});

const numberRules = [
  z.strictObject({ rule: z.literal('markup'), percent: decimal, when }),
  z.strictObject({ rule: z.literal('addition'), amount: decimal, when }),
  z.strictObject({ rule: z.literal('tieredMarkup'), tiers: z.array(tier).min(1), when }),
  z.strictObject({
    rule: z.literal('round'),
    digits: z.int().min(0).max(6),
    mode: z.enum(['nearest', 'up', 'down']).optional(),
    when,
  }),
] as const;

const moneyRules = [
  z.strictObject({ rule: z.literal('discountOnMsrp'), percent: decimal, when }),
  z.strictObject({ rule: z.literal('roundTo99'), ending: decimal.optional(), when }),
  z.strictObject({ rule: z.literal('notBelowCost'), when }),
  z.strictObject({ rule: z.literal('notAboveMsrp'), when }),
  z.strictObject({ rule: z.literal('neverZero'), when }),
] as const;

const quantityRules = [
  z.strictObject({ rule: z.literal('buffer'), units: whole, when }),
  z.strictObject({ rule: z.literal('percentOf'), percent: decimal, when }),
  z.strictObject({ rule: z.literal('cap'), max: whole, when }),
  z.strictObject({ rule: z.literal('zeroBelow'), min: whole, when }),
] as const;

const setRule = z.strictObject({
  rule: z.literal('set'),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  when,
});

/** One rule of a field, told apart by its name under `rule`; `when` makes it conditional. */
export const ruleSchema = z
  .discriminatedUnion('rule', [...textRules, ...numberRules, ...moneyRules, ...quantityRules, setRule], {
    error: (issue) =>
      issue.code === 'invalid_union' ? `is not a rule; the rules are ${ruleNames().join(', ')}` : undefined,
  })
  .meta({ id: 'MappingRule' });

export type Rule = z.infer<typeof ruleSchema>;
export type RuleName = Rule['rule'];
export type RuleOf<Name extends RuleName> = Extract<Rule, { rule: Name }>;

function ruleNames(): string[] {
  return [...textRules, ...numberRules, ...moneyRules, ...quantityRules, setRule].map((each) => each.shape.rule.value);
}
