import { z } from 'zod';

/** In Node since 20, in TypeScript's library only since es2024. */
type WellFormedString = string & { isWellFormed(): boolean };

/** Neither text nor jsonb of Postgres can hold U+0000 or half of a surrogate pair. */
const anyText = z.string().refine((value) => !value.includes('\0') && (value as WellFormedString).isWellFormed(), {
  error: 'holds a character that no database can store (U+0000 or half a character)',
});
const text = (longest: number) => anyText.max(longest);
const optionalText = (longest = 255) => text(longest).nullish().transform(blankAsNull);

function blankAsNull(value: string | null | undefined): string | null {
  return value === null || value === undefined || value.trim() === '' ? null : value;
}

/** A person's or company's address. Which parts must be there is checked by the source that ships, not here. */
export const addressSchema = z.strictObject({
  firstName: optionalText(),
  lastName: optionalText(),
  fullName: optionalText(),
  company: optionalText(),
  address1: optionalText(),
  address2: optionalText(),
  city: optionalText(),
  state: optionalText(),
  stateCode: optionalText(10),
  postalCode: optionalText(30),
  country: optionalText(),
  countryCode: optionalText(2),
  email: optionalText(),
  phone: optionalText(50),
});

export type Address = z.infer<typeof addressSchema>;

export const shippingMethodSchema = z.strictObject({
  carrier: optionalText(),
  method: optionalText(),
  name: optionalText(),
  code: optionalText(),
});

const NOT_DECIMAL = 'is not a decimal number such as "12.50"';

/** Money or weight: a decimal as text or as a JSON number, kept as text. */
const decimal = z
  .union([z.string(), z.number()], { error: NOT_DECIMAL })
  // A double holds 15 digits for certain; of a longer number nobody knows what was meant.
  .refine((value) => typeof value === 'string' || String(value).replace(/\D/g, '').length <= 15, {
    error: 'has more than 15 digits: put it in quotes',
  })
  .transform((value) => String(value).trim())
  .refine((value) => /^\d{1,12}(\.\d{1,6})?$/.test(value), { error: NOT_DECIMAL });
const optionalDecimal = decimal.nullish().transform((value) => value ?? null);

/** An identifier that goes into workflow ids, file names and shells. */
export const numberSchema = anyText
  .min(1, 'is empty')
  .max(100, 'is longer than 100 characters')
  .refine((number) => number === number.trim() && !/[\p{Cc}\p{Cf}]/u.test(number), {
    error: 'has blanks at its ends or control characters in it',
  });

export const lineSchema = z.strictObject({
  id: z
    .union([anyText.min(1).max(100), z.int()], { error: 'must be text or a whole number' })
    .transform(String)
    .optional(),
  sku: text(255).min(1, 'is empty'),
  quantity: z.int().min(1).max(1_000_000),
  unitPrice: optionalDecimal,
  title: optionalText(500),
});

export interface Line {
  id: string;
  sku: string;
  quantity: number;
  unitPrice: string | null;
  title: string | null;
}

/** Said of the second of two lines with one id. */
export const REPEATED_ID = 'is the id of another line too; lines without an id are numbered by their place';

/** Lines without an id are numbered by their place. */
const linesSchema = z
  .array(lineSchema)
  .min(1, 'has no lines')
  .max(1000, 'has more than 1,000 lines')
  .transform((lines): Line[] => lines.map((line, index) => ({ ...line, id: line.id ?? String(index + 1) })))
  .superRefine((lines, context) => {
    for (const index of repeatedIds(lines.map(({ id }) => id))) {
      context.addIssue({ code: 'custom', path: [index, 'id'], message: REPEATED_ID });
    }
  });

/** The places of ids that stand before them already. */
export function repeatedIds(ids: readonly string[]): number[] {
  const seen = new Set<string>();
  return ids.flatMap((id, index) => (seen.size === seen.add(id).size ? [index] : []));
}

const shared = {
  number: numberSchema,
  billingAddress: addressSchema.prefault({}),
  shippingAddress: addressSchema.prefault({}),
  shippingMethod: shippingMethodSchema.prefault({}),
  lines: linesSchema,
  note: optionalText(60_000),
  estimatedShippingCost: optionalDecimal,
  estimatedDropshipFee: optionalDecimal,
  totalCost: optionalDecimal,
  totalWeightLbs: optionalDecimal,
  generatedAt: z.iso
    .datetime({ offset: true, error: 'is not an instant such as 2026-11-23T14:00:00Z' })
    .nullish()
    .transform((value) => (value ? new Date(value).toISOString() : null)),
};

/** A fulfillment request as it is submitted: see docs/sending.md. Parsed, every key is there and unknown ones are null. */
export const frDocumentSchema = z.strictObject({ source: anyText.min(1, 'is empty'), ...shared });

/** An order has the same parts but names no source: routing finds it. */
export const orderDocumentSchema = z.strictObject(shared);

export type FrDocument = z.infer<typeof frDocumentSchema>;
export type OrderDocument = z.infer<typeof orderDocumentSchema>;
