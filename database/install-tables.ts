import type { Generated } from 'kysely';
import type { DefaultInstant, Instant } from './column-types.ts';

export interface InstallsTable {
  store_hash: string;
  /** What the last callback said. A refused one leaves the credential of an earlier installation as it was. */
  status: 'installed' | 'refused' | 'uninstalled';
  /** Granted at the last installation. */
  scopes: Generated<string[]>;
  reason_code: string | null;
  reason: string | null;
  installed_at: Instant | null;
  changed_at: DefaultInstant;
}

export interface UsedCallbacksTable {
  digest: string;
  used_at: DefaultInstant;
}
