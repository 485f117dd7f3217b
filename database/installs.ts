import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import type { InstallsTable } from './install-tables.ts';

/** What became of the app in a store. */
export interface Install {
  status: InstallsTable['status'];
  scopes: string[];
  reasonCode: string | null;
  reason: string | null;
  installedAt: Date | null;
  changedAt: Date;
}

/** What is known of the app in a store; undefined where it never was. */
export function findInstall(db: Executor, storeHash: string): Promise<Install | undefined> {
  return db
    .selectFrom('installs')
    .select(['status', 'scopes', 'reason_code as reasonCode', 'reason'])
    .select(['installed_at as installedAt', 'changed_at as changedAt'])
    .where('store_hash', '=', storeHash)
    .executeTakeFirst();
}

/** The app was installed, for the first time or again. */
export async function noteInstalled(db: Executor, storeHash: string, scopes: string[]): Promise<void> {
  await sql`
    insert into installs (store_hash, status, scopes, installed_at) values (${storeHash}, 'installed', ${scopes}, now())
    on conflict (store_hash) do update set status = 'installed', scopes = excluded.scopes, reason_code = null,
      reason = null, installed_at = excluded.installed_at, changed_at = clock_timestamp()`.execute(db);
}

/** An installation that BigCommerce granted was not taken; what an earlier one brought stays. */
export async function noteRefused(
  db: Executor,
  storeHash: string,
  why: { code: string; reason: string },
): Promise<void> {
  const { code, reason } = why;
  await sql`
    insert into installs (store_hash, status, reason_code, reason) values (${storeHash}, 'refused', ${code}, ${reason})
    on conflict (store_hash) do update set status = 'refused', reason_code = excluded.reason_code,
      reason = excluded.reason, changed_at = clock_timestamp()`.execute(db);
}

/**
 * The store says that the app is gone. False where that was said before the newest installation, and so is over: `saidAt`
 * is by BigCommerce's clock, to the second, so that some room is left to it.
 */
export async function noteUninstalled(db: Executor, storeHash: string, saidAt: Date): Promise<boolean> {
  const result = await sql`
    update installs set status = 'uninstalled', reason_code = null, reason = null, changed_at = clock_timestamp()
    where store_hash = ${storeHash} and installed_at < ${saidAt}::timestamptz + interval '10 seconds'`.execute(db);
  return (result.numAffectedRows ?? 0n) > 0n;
}

/** Longer than BigCommerce's signed callbacks are valid. */
const REMEMBERED = '3 days';

/** Marks a code or a signed callback as used; false when it was before. Old marks are dropped on the way. */
export async function useOnce(db: Executor, digest: string): Promise<boolean> {
  await sql`delete from used_callbacks where used_at < now() - ${REMEMBERED}::interval`.execute(db);
  const result = await sql`
    insert into used_callbacks (digest) values (${digest}) on conflict do nothing`.execute(db);
  return (result.numAffectedRows ?? 0n) > 0n;
}
