import { sql } from 'kysely';
import type { SentLine } from '../domain/fulfillment/sent-lines.ts';
import type { Executor } from './connect.ts';
import type { AttemptOutcome } from './fulfillment-tables.ts';

/** One try to make an order of a request: written before anything is posted. */
export interface SendAttempt {
  id: number;
  frId: number;
  externalOrderId: string;
  begunAt: Date;
  postingAt: Date | null;
  endedAt: Date | null;
  outcome: AttemptOutcome | null;
  sentLines: SentLine[] | null;
  looks: number;
  lookedAt: Date | null;
  quietMs: number;
}

function selectAttempts(db: Executor) {
  return db
    .selectFrom('send_attempts')
    .select([
      'id',
      'fr_id as frId',
      'external_order_id as externalOrderId',
      'begun_at as begunAt',
      'posting_at as postingAt',
      'ended_at as endedAt',
      'outcome',
      'sent_lines as sentLines',
      'looks',
      'looked_at as lookedAt',
      'quiet_ms as quietMs',
    ]);
}

/** The attempt whose outcome nobody knows yet; there is at most one a request. */
export function findOpenAttempt(db: Executor, frId: number): Promise<SendAttempt | undefined> {
  return selectAttempts(db)
    .where('fr_id', '=', frId)
    .where((eb) => eb.or([eb('outcome', 'is', null), eb('outcome', '=', 'unknown')]))
    .executeTakeFirst();
}

/** Whether an order of the request was ever posted that the store did not refuse: it might turn up late. */
export async function hasPosted(db: Executor, frId: number): Promise<boolean> {
  const { rows } = await sql<{ posted: boolean }>`
    select exists (select from send_attempts where fr_id = ${frId} and posting_at is not null
      and outcome is distinct from 'refused' and outcome is distinct from 'not_posted') as posted`.execute(db);
  return rows[0]!.posted;
}

/** Writes the intent. Fails by the unique index while another attempt of the request is open. */
export async function beginAttempt(
  db: Executor,
  intent: { frId: number; externalOrderId: string; externalSource: string; sentLines: SentLine[]; at: Date },
): Promise<number> {
  const row = await db
    .insertInto('send_attempts')
    .values({
      fr_id: intent.frId,
      external_order_id: intent.externalOrderId,
      external_source: intent.externalSource,
      sent_lines: JSON.stringify(intent.sentLines),
      begun_at: intent.at,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Every `external_source` that an order of the request may carry; `current` is that of attempts that do not say theirs. */
export async function listExternalSources(db: Executor, frId: number, current: string): Promise<string[]> {
  const attempts = await db
    .selectFrom('send_attempts')
    .select('external_source as externalSource')
    .distinct()
    .where('fr_id', '=', frId)
    .execute();
  return attempts.map(({ externalSource }) => externalSource ?? current);
}

/**
 * Takes the right to post, once. False when the attempt was ended by somebody else meanwhile: whoever was frozen between
 * looking and posting finds its right gone.
 */
export async function takeRightToPost(db: Executor, attemptId: number, at: Date): Promise<boolean> {
  const rows = await db
    .updateTable('send_attempts')
    .set({ posting_at: at })
    .where('id', '=', attemptId)
    .where('posting_at', 'is', null)
    .where('outcome', 'is', null)
    .returning('id')
    .execute();
  return rows.length === 1;
}

/** Ends an attempt, or says that its outcome is unknown. False when it was ended before; then nothing changes. */
export async function endAttempt(
  db: Executor,
  attemptId: number,
  end: { outcome: AttemptOutcome; at: Date; orderId?: number },
): Promise<boolean> {
  const rows = await db
    .updateTable('send_attempts')
    .set((eb) => ({
      outcome: end.outcome,
      ended_at: eb.fn.coalesce('ended_at', sql<Date>`${end.at}`),
      // The clock of the looks begins with the end of the attempt.
      ...(end.outcome === 'unknown' ? { looked_at: end.at } : {}),
      ...(end.orderId === undefined ? {} : { order_id: end.orderId }),
    }))
    .where('id', '=', attemptId)
    .where((eb) => eb.or([eb('outcome', 'is', null), eb('outcome', '=', 'unknown')]))
    .returning('id')
    .execute();
  return rows.length === 1;
}

/** Gives up the right to post of an attempt that never posted; from then on nobody can. False when it has posted. */
export async function revokeRightToPost(db: Executor, attemptId: number, at: Date): Promise<boolean> {
  const rows = await db
    .updateTable('send_attempts')
    .set({ outcome: 'not_posted', ended_at: at })
    .where('id', '=', attemptId)
    .where('posting_at', 'is', null)
    .where('outcome', 'is', null)
    .returning('id')
    .execute();
  return rows.length === 1;
}

/**
 * Records a look for the order: `quietMs` is for how long looks have shown nothing so far. False when the outcome has
 * become known meanwhile; then the look means nothing any more.
 */
export async function recordLook(
  db: Executor,
  attemptId: number,
  look: { at: Date; succeeded: boolean; quietMs: number },
): Promise<boolean> {
  const rows = await db
    .updateTable('send_attempts')
    .set((eb) => ({
      looks: look.succeeded ? eb('looks', '+', 1) : eb.ref('looks'),
      // A look that failed stops the clock: the time until the next one that succeeds does not count.
      looked_at: look.succeeded ? look.at : null,
      quiet_ms: look.quietMs,
    }))
    .where('id', '=', attemptId)
    .where('outcome', '=', 'unknown')
    .returning('id')
    .execute();
  return rows.length === 1;
}
