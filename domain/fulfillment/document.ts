import { z } from 'zod';

const text = (longest: number) => z.string().max(longest);
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

/** Money or weight: a decimal as text or as a JSON number, kept as text. */
const decimal = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).trim())
  .refine((value) => /^\d{1,12}(\.\d{1,6})?$/.test(value), { error: 'is not a decimal number such as "12.50"' });
const optionalDecimal = z
  .union([decimal, z.null()])
  .optional()
  .transform((value) => value ?? null);

/** An identifier that goes into workflow ids, file names and shells. */
export const numberSchema = z
  .string()
  .min(1, 'is empty')
  .max(100, 'is longer than 100 characters')
  .refine((number) => number === number.trim() && !/[\p{Cc}\p{Cf}]/u.test(number), {
    error: 'has blanks at its ends or control characters in it',
  });

export const lineSchema = z.strictObject({
  id: z
    .union([z.string().min(1).max(100), z.int()])
    .transform(String)
    .optional(),
  sku: z.string().min(1, 'is empty').max(255),
  quantity: z.int('is not a whole number').min(1, 'is less than 1').max(1_000_000),
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

/** Lines without an id are numbered by their place. */
const linesSchema = z
  .array(lineSchema)
  .min(1, 'has no lines')
  .max(1000, 'has more than 1,000 lines')
  .transform((lines): Line[] => lines.map((line, index) => ({ ...line, id: line.id ?? String(index + 1) })))
  .superRefine((lines, context) => {
    const seen = new Set<string>();
    for (const [index, { id }] of lines.entries()) {
      if (seen.has(id)) {
        context.addIssue({ code: 'custom', path: [index, 'id'], message: `is the id of another line too: ${id}` });
      }
      seen.add(id);
    }
  });

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
export const frDocumentSchema = z.strictObject({ source: z.string().min(1, 'is empty'), ...shared });

/** An order has the same parts but names no source: routing finds it. */
export const orderDocumentSchema = z.strictObject(shared);

export type FrDocument = z.infer<typeof frDocumentSchema>;
export type OrderDocument = z.infer<typeof orderDocumentSchema>;
