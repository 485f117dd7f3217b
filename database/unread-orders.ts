import { sql } from 'kysely';
import type { Executor } from './connect.ts';
import type { OpenRequest } from './send-runs.ts';

/** Notes that a request has an order whose lines are to be read back; `rememberOrderProducts` says that they were. */
export async function noteUnreadOrder(db: Executor, frId: number): Promise<void> {
  await sql`insert into unread_orders (fr_id) values (${frId}) on conflict (fr_id) do nothing`.execute(db);
}

/**
 * Acknowledged requests whose order waits to be read back since `since` or later, and that nobody looked after since
 * `before`.
 */
export async function listUnreadOrders(
  db: Executor,
  { since, before, limit }: { since: Date; before: Date; limit: number },
): Promise<OpenRequest[]> {
  const { rows } = await sql<OpenRequest>`
    select f.id, s.name as source, f.number
    from unread_orders u join fulfillment_requests f on f.id = u.fr_id join sources s on s.id = f.source_id
    where u.noted_at > ${since} and u.looked_after_at < ${before}
      and f.processing = 'acknowledged' and s.removed_at is null
    order by u.looked_after_at limit ${limit}`.execute(db);
  return rows;
}

/** Notes that the orders of these requests are being read back: they are left alone for a while. */
export async function markUnreadOrders(db: Executor, ids: readonly number[], at: Date): Promise<void> {
  if (ids.length === 0) return;
  await sql`update unread_orders set looked_after_at = ${at} where fr_id = any (${[...ids]}::bigint[])`.execute(db);
}
