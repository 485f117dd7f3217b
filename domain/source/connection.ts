import { z } from 'zod';
import { STORE_HASH } from '../store-hash.ts';

/** What stands behind /stores/ in the API path. */
export const storeHash = z
  .string()
  .regex(STORE_HASH, 'is the part after /stores/ in the API path, letters and digits only')
  .refine((hash) => !hash.startsWith('store-'), { error: 'leave out the "store-" in front' });

const nonBlank = z.string().trim().min(1, 'must not be empty');

/** How a source reaches its store. The access token is taken out before anything is stored in the clear. */
export const connectionSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('api_token'),
    storeHash,
    clientId: nonBlank.optional(),
    accessToken: nonBlank,
    /** Signs the webhooks of the store; only they need it. */
    clientSecret: nonBlank.optional(),
  }),
  z.strictObject({ type: z.literal('oauth'), storeHash: storeHash.optional() }),
]);

export type ConnectionSettings = z.infer<typeof connectionSchema>;
