import { z } from 'zod';
import { alarmsSchema } from './alarms.ts';
import { connectionSchema } from './connection.ts';
import { fulfillmentSchema, routingSchema, shipmentsSchema } from './fulfillment.ts';
import { inventorySchema } from './inventory.ts';
import { notificationSchema } from './notifications.ts';

/** A name that is safe in workflow ids, schedule ids and shells. */
export const sourceNameSchema = z
  .string()
  .max(63, 'must be at most 63 characters long')
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'use small letters, digits and dashes, starting with a letter or digit');

/** The whole source file: see docs/sources.md. */
export const sourceSchema = z.strictObject({
  name: sourceNameSchema,
  connection: connectionSchema,
  inventory: inventorySchema.optional(),
  fulfillment: fulfillmentSchema.optional(),
  routing: routingSchema.optional(),
  shipments: shipmentsSchema.optional(),
  notifications: z.array(notificationSchema).default([]),
  alarms: alarmsSchema.prefault({}),
});

export type SourceSettings = z.infer<typeof sourceSchema>;

/** The source file as JSON Schema (draft 2020-12), for editors. */
export function sourceJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(sourceSchema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
}
