import { z } from 'zod';
import { FAULT_KINDS } from '../http/faults.ts';
import { ALL_SCOPES } from '../http/scopes.ts';

const count = z.number().int().min(0);

export const catalogueSchema = z.strictObject({
  preset: z.enum(['shop', 'bulk']).optional(),
  products: count.max(2_000_000).optional(),
  variants: z.number().int().min(1).max(600).optional(),
  seed: count.max(4_294_967_295).optional(),
});

/** Either one of the presets or numbers; what is left out stays as it is. */
export const quotaSchema = z.strictObject({
  preset: z.enum(['standard', 'none']).optional(),
  limit: z.number().int().min(0).nullable().optional(),
  windowMs: z.number().int().min(1).optional(),
  headers: z.boolean().optional(),
});

export const secondAppSchema = z.strictObject({
  requestsPerWindow: count,
  pattern: z.enum(['even', 'burst']).default('even'),
});

export const latencySchema = z.strictObject({
  ms: z.number().min(0).default(0),
  jitterMs: z.number().min(0).default(0),
});

const faultSchema = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  method: z.string().optional(),
  path: z.string().startsWith('/').optional(),
  pattern: z.string().refine(isPattern, 'is not a regular expression').optional(),
  after: count.optional(),
  times: z.number().int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
  status: z.number().int().min(200).max(599).optional(),
  body: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  delayMs: z.number().min(0).optional(),
  when: z.enum(['before', 'after']).optional(),
  zeroTotal: z.boolean().optional(),
});

/** One rule or a list of rules. */
export const faultsSchema = z.preprocess((body) => (Array.isArray(body) ? body : [body]), z.array(faultSchema));

export const churnSchema = z.strictObject({
  every: z.number().int().min(1).default(1),
  deletes: count.default(0),
  touches: count.default(0),
  creates: count.default(0),
  hides: count.default(0),
  rounds: count.optional(),
  seed: count.default(1),
});

export const tokensSchema = z.strictObject({
  tokens: z.record(z.string().min(1), z.array(z.enum(ALL_SCOPES as [string, ...string[]]))).default({}),
  revoke: z.array(z.string()).default([]),
});

/** Any field of `GET /v2/store`: a store may say about itself what it likes. */
export const storeSchema = z.record(z.string(), z.unknown());

export const settingsSchema = z.strictObject({
  includedVariantsCap: count.nullable().optional(),
  stockBehavior: z.enum(['order_placed', 'order_completed_or_shipped']).optional(),
  restockOnCancel: z.boolean().optional(),
  leaksStockOnConflict: z.boolean().optional(),
  ordersVisibleAfterMs: z.number().min(0).optional(),
  listsArchivedOrders: z.boolean().optional(),
  shipmentTouchesOrder: z.boolean().optional(),
  filtersByExternalOrderId: z.boolean().optional(),
});

/** Raw data: only ids and lists have to be what they are, every other value may be garbage on purpose. */
export const variantSchema = z.looseObject({
  id: z.number().int().positive().optional(),
  options: z.record(z.string(), z.string()).optional(),
});
const part = z.looseObject({ id: z.number().int().positive().optional() });
export const productSchema = z.looseObject({
  id: z.number().int().positive().optional(),
  variants: z.array(variantSchema).min(1).optional(),
  images: z.array(part).optional(),
  options: z.array(part).optional(),
  modifiers: z.array(part).optional(),
});

export const fieldsSchema = z.record(z.string(), z.unknown());

export const newStoreSchema = catalogueSchema.extend({ quota: quotaSchema.optional() });

export const shipSchema = z.looseObject({
  items: z.array(z.strictObject({ order_product_id: z.number().int(), quantity: z.number().int().min(1) })).optional(),
});

export const orderPatchSchema = z.strictObject({
  status_id: z.number().int().min(0).max(14).optional(),
  createdAt: z.iso.datetime().optional(),
  modifiedAt: z.iso.datetime().optional(),
  isDeleted: z.boolean().optional(),
});

export const webhooksSchema = z.strictObject({
  retrySeconds: z.array(z.number().min(0)).max(20).optional(),
  isSending: z.boolean().optional(),
  copies: z.number().int().min(1).max(10).optional(),
  clientSecrets: z.record(z.string().min(1), z.string().min(1)).optional(),
});

const callback = z.url({ protocol: /^https?$/ });

/** An app as its maker registers it in the Developer Portal. */
export const appSchema = z.strictObject({
  secret: z.string().min(1),
  name: z.string().min(1).default('An app'),
  scopes: z.array(z.enum(ALL_SCOPES as [string, ...string[]])),
  callbacks: z.strictObject({
    auth: callback,
    load: callback,
    uninstall: callback.optional(),
    remove_user: callback.optional(),
  }),
});

export const nothingSchema = z.strictObject({});

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
