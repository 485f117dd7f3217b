import { z } from 'zod';
import { mappingSetsSchema, templateSchema } from '../mapping/template.ts';
import { inventoryScheduleSchema } from './schedule.ts';

export const archiveGuardSchema = z.strictObject({
  /** Share of the pool that one run may archive or zero without asking. */
  share: z.number().min(0).max(1).default(0.2),
  /** So many items may always go, so that a small pool does not ask every day. */
  minimum: z.int().min(0).default(50),
  /** How long a run waits for a decision before it ends; the next run asks again. */
  waitHours: z.number().positive().max(720).default(4),
});

/** Settings of the job Get Inventory (Primary). */
export const inventorySchema = z.strictObject({
  skipHidden: z.boolean().default(false),
  skipDigital: z.boolean().default(false),
  archiveMissing: z.boolean().default(false),
  archiveGuard: archiveGuardSchema.prefault({}),
  pageSize: z.int().min(1).max(250).default(250),
  /** What an item counts as when the store does not track its stock. */
  untrackedQuantity: z.int().min(0).max(2_147_483_647).default(0),
  unpurchasable: z.enum(['keep', 'zero']).default('keep'),
  /** How long a run goes on asking a store that does not answer. */
  giveUpMinutes: z.number().positive().max(1440).default(5),
  schedule: inventoryScheduleSchema.optional(),
  mapping: templateSchema.prefault({}),
  mappingSets: mappingSetsSchema.optional(),
});

export type InventorySettings = z.infer<typeof inventorySchema>;
