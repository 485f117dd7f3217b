import { z } from 'zod';
import type { StoreClient } from './client.ts';
import { StoreError } from './failures.ts';

const storeSchema = z.looseObject({
  name: z.string().nullish(),
  currency: z.string().nullish(),
  weight_units: z.string().nullish(),
  dimension_units: z.string().nullish(),
  plan_level: z.string().nullish(),
});

export interface StoreInformation {
  name: string | null;
  /** Default currency, e.g. "USD". */
  currency: string | null;
  /** Display words, e.g. "LBS" or "Ounces": no list of them is documented. */
  weightUnits: string | null;
  dimensionUnits: string | null;
  plan: string | null;
}

/** What the store says of itself (`GET /v2/store`). */
export async function getStoreInformation(client: StoreClient, signal?: AbortSignal): Promise<StoreInformation> {
  const parsed = storeSchema.safeParse(await client.call('GET', 'v2/store', { signal }));
  if (!parsed.success) {
    const message = 'BigCommerce answered GET v2/store without the information of a store';
    throw new StoreError('unexpected_answer', message, { method: 'GET', path: 'v2/store' });
  }
  const store = parsed.data;
  return {
    name: store.name ?? null,
    currency: store.currency ?? null,
    weightUnits: store.weight_units ?? null,
    dimensionUnits: store.dimension_units ?? null,
    plan: store.plan_level ?? null,
  };
}
