import { sql } from 'kysely';
import type { Executor } from './connect.ts';

/** What a worker knows of the quota of a store. */
export interface SeenQuota {
  storeHash: string;
  limit: number | null;
  left: number | null;
  windowMs: number | null;
  /** Since when nothing but sends has got its turn, though something waits for it. */
  waitingSince: Date | null;
}

/** Notes what a worker sees of the quota of its stores; of what nobody has seen for a day nothing is kept. */
export async function noteQuotas(db: Executor, worker: string, quotas: readonly SeenQuota[]): Promise<void> {
  for (const { storeHash, limit, left, windowMs, waitingSince } of quotas) {
    await sql`
      insert into store_quota (store_hash, worker, quota_limit, quota_left, window_ms, waiting_since, seen_at)
      values (${storeHash}, ${worker}, ${limit}, ${left}, ${windowMs}, ${waitingSince}, now())
      on conflict (store_hash, worker) do update set quota_limit = excluded.quota_limit,
        quota_left = excluded.quota_left, window_ms = excluded.window_ms, waiting_since = excluded.waiting_since,
        seen_at = excluded.seen_at`.execute(db);
  }
  await sql`delete from store_quota where seen_at < now() - interval '1 day'`.execute(db);
}

export interface KnownQuota {
  limit: number | null;
  left: number | null;
  windowMs: number | null;
  seenAt: Date;
}

/** The quota of a store as a worker last saw it. */
export async function lastQuota(db: Executor, storeHash: string): Promise<KnownQuota | null> {
  const { rows } = await sql<KnownQuota>`
    select quota_limit as limit, quota_left as left, window_ms as "windowMs", seen_at as "seenAt"
    from store_quota where store_hash = ${storeHash} order by seen_at desc limit 1`.execute(db);
  return rows[0] ?? null;
}

/** A worker that does not say so any more does not wait any more. */
const FRESH_MS = 3 * 60_000;

/** Since when some worker waits for its turn at a store; null where none does. */
export async function starvingSince(db: Executor, storeHash: string | null, now: Date): Promise<Date | null> {
  const fresh = new Date(now.getTime() - FRESH_MS);
  const { rows } = await sql<{ since: Date | null }>`
    select min(waiting_since) as since from store_quota
    where store_hash = ${storeHash} and seen_at >= ${fresh}`.execute(db);
  return rows[0]!.since;
}
