import { readArchivePlan } from '../database/archive.ts';
import { zeroSomeAllowed } from '../database/held-items.ts';
import { sumPages } from '../database/import-ledger.ts';
import type { JobRun } from '../database/runs.ts';
import { loadSourceVersion } from '../database/sources.ts';
import { needsApproval } from '../domain/archive-guard.ts';
import { counted } from '../domain/counted.ts';
import type { Dependencies } from './dependencies.ts';
import { inventorySettings } from './import-context.ts';

const BATCH = 500;

/**
 * Writes the zero quantities that a failed run held back, where with all that was taken since the last whole feed they are
 * so few that no person would have been asked: they are as true as what else it saved of the same pages. Answers a
 * sentence about items that keep their old stock, or nothing. Safe to repeat.
 */
export async function settleHeldZeros({ db }: Pick<Dependencies, 'db'>, run: JobRun): Promise<string> {
  // A run that asked a person ends as that person, or nobody, has decided.
  if (run.status === 'waiting_for_approval') return '';
  const scope = { sourceId: run.sourceId, runId: run.id, firstImport: false };
  const { zero, pool } = await readArchivePlan(db, scope);
  if (zero === 0) return '';
  const { settings } = await loadSourceVersion(db, run.sourceId, run.sourceVersion);
  const { archiveGuard } = inventorySettings(settings, run.source);
  const { items, created, restored, products } = await sumPages(db, run.id);
  // The share is of what was read: of the rest nobody knows how much of it has sold out.
  const read = Math.min(pool, items - created - restored);
  const mayTake = ({ held, taken }: { held: number; taken: number }) =>
    !needsApproval({ archive: taken, zero: held, pool: read, productsRead: products }, archiveGuard);
  for (;;) {
    const { done, left } = await zeroSomeAllowed(db, scope, BATCH, mayTake);
    if (!done) continue;
    if (left === 0) return '';
    return `${counted(left, 'item that has sold out keeps its', 'items that have sold out keep their')} old stock: so many are not zeroed without asking, and a run that failed asks nobody.`;
  }
}
