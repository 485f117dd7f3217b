import type { Generated } from 'kysely';
import type { BigInteger, DefaultInstant, Instant } from './column-types.ts';

export interface InventoryRefreshTable {
  source_id: number;
  /** How far the quick rhythm has looked, by the store's clock. */
  looked_at: Instant | null;
  /** Items that partial reads took the stock of since the last whole feed. */
  taken: Generated<number>;
}

export interface ItemReadsTable {
  source_id: number;
  sku: string;
  /** When its product was asked for apart from a whole feed. */
  read_at: Instant;
}

export interface WebhookReceiversTable {
  source_id: number;
  destination: string;
  /** The secret of our own header, AES-256-GCM, bound to the source: see secrets.ts. */
  ciphertext: string;
  key_id: string;
  created_at: DefaultInstant;
}

export interface WebhooksTable {
  source_id: number;
  scope: string;
  /** Its id in the store. */
  hook_id: BigInteger;
  /** As the store said at `checked_at`. */
  is_active: boolean;
  registered_at: DefaultInstant;
  checked_at: DefaultInstant;
}

export interface WebhookEventsTable {
  id: Generated<BigInteger>;
  source_id: number;
  /** The header `webhook-id`: the same at every attempt of the store. */
  webhook_id: string;
  hash: string;
  scope: string;
  resource_id: BigInteger | null;
  /** When the store says that it happened. */
  event_at: Instant;
  received_at: DefaultInstant;
}

export interface HintsTable {
  source_id: number;
  kind: 'order' | 'product';
  resource_id: BigInteger;
  /** Moves with every further hint, so that one that came while its order or product was asked for is not lost. */
  version: Generated<number>;
  /** The first hint that was not worked on yet. */
  hinted_at: DefaultInstant;
  /** `infinity`: once more when the import that is under way has ended. */
  due_at: DefaultInstant;
}

export interface StoreQuotaTable {
  store_hash: string;
  worker: string;
  quota_limit: number | null;
  quota_left: number | null;
  window_ms: number | null;
  /** Since when something waits for its turn. */
  waiting_since: Instant | null;
  seen_at: DefaultInstant;
}

export interface HeartbeatsTable {
  name: string;
  beaten_at: Instant;
}
