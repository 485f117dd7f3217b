import { differences, digest } from '../domain/fulfillment/digest.ts';
import type { Difference } from '../domain/fulfillment/digest.ts';
import type { FrDocument } from '../domain/fulfillment/document.ts';
import type { Database } from './connect.ts';
import { changeRequest } from './fr-changes.ts';
import { insertLines } from './fr-intake.ts';
import { loadRequest } from './fulfillment-requests.ts';
import { findOpenAttempt } from './send-attempts.ts';

/** `sent`: it is too late, an order exists or may exist. */
export interface Amended {
  outcome: 'amended' | 'same' | 'sent' | 'canceled';
  differences: Difference[];
}

/** Replaces the content of a request that was not sent; it is checked anew before anything else. Safe to repeat. */
export function amendRequest(db: Database, frId: number, document: FrDocument, at: Date): Promise<Amended> {
  return db.transaction().execute(async (trx) => {
    const fr = await loadRequest(trx, frId, { forUpdate: true });
    if (fr.processing === 'canceled') return { outcome: 'canceled', differences: [] };
    const mayExist = fr.processing === 'acknowledged' || fr.processing === 'sending';
    if (mayExist || (await findOpenAttempt(trx, frId))) return { outcome: 'sent', differences: [] };
    const changed = differences(fr.document, document);
    if (changed.length === 0) return { outcome: 'same', differences: [] };
    await trx.deleteFrom('fr_lines').where('fr_id', '=', frId).execute();
    await insertLines(trx, [{ frId, document }]);
    await trx
      .updateTable('fulfillment_requests')
      .set((eb) => ({
        document: JSON.stringify(document),
        digest: digest(document),
        revision: eb('revision', '+', 1),
      }))
      .where('id', '=', frId)
      .execute();
    // Paths only: what an address said before and says now stays in the document.
    const detail = changed.map(({ path }) => path).join(', ');
    await changeRequest(trx, frId, { checks: [], checkedAt: null }, { at, event: 'amended', by: 'cli', detail });
    return { outcome: 'amended', differences: changed };
  });
}
