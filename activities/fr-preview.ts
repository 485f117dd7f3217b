import { listLines } from '../database/fulfillment-requests.ts';
import type { FulfillmentRequest } from '../database/fulfillment-requests.ts';
import { findNearSkus } from '../database/near-skus.ts';
import { NoOpening, computeWaits } from '../domain/calendar/waits.ts';
import type { Check } from '../domain/fulfillment/checks.ts';
import { isFinal } from '../domain/fulfillment/states.ts';
import type { FulfillmentSettings } from '../domain/source/fulfillment.ts';
import { createCatalogLookup } from './catalog-lookup.ts';
import type { Dependencies } from './dependencies.ts';
import { failure } from './failures.ts';
import { prepareRequest } from './fr-prepare.ts';
import { findSendingSource } from './fr-settings.ts';
import { nextStepOf, takenByRunAt } from './fr-waits.ts';
import { openStore } from './stores.ts';

export interface RequestPreview {
  /** When it goes out by itself; for an unprocessed one, when it would if it were processed now. Null when never. */
  sendAt: Date | null;
  explanation: string;
  body: Record<string, unknown> | null;
  checks: Check[];
}

/** What would be posted for a request now, when, and each check. Changes nothing. Throws StoreError and failures of ours. */
export async function previewRequest(deps: Dependencies, fr: FulfillmentRequest): Promise<RequestPreview> {
  const sending = await findSendingSource(deps.db, fr.source);
  if (!sending) throw failure('source_not_ready', `Source ${fr.source} was removed or has no fulfillment settings.`);
  const { settings } = sending;
  const client = await openStore(deps, sending.source, 'send');
  const lines = await listLines(deps.db, fr.id);
  const nearSkus = (sku: string) => findNearSkus(deps.db, fr.sourceId, sku);
  const { body, checks } = await prepareRequest({
    fr,
    lines,
    settings,
    client,
    catalog: createCatalogLookup(),
    nearSkus,
  });
  const now = new Date();
  const { step } = nextStepOf({ ...fr, hasOpenAttempt: false, productsRead: false }, settings, now);
  const identified = body && { ...body, external_source: settings.externalSource };
  return {
    sendAt: sendAt(fr, settings, now),
    explanation: step.view.explanation,
    body: identified,
    checks: ownChecks(fr, checks),
  };
}

/** The store's stock says nothing of a request that needs none any more: its own order may have taken the last of it. */
function ownChecks({ processing }: FulfillmentRequest, checks: Check[]): Check[] {
  return isFinal(processing) ? checks.filter(({ code }) => code !== 'out_of_stock' && code !== 'stock') : checks;
}

/** When a request goes out by itself, or went; null where it does not. */
export function sendAt(fr: FulfillmentRequest, settings: FulfillmentSettings, now: Date): Date | null {
  if (fr.acknowledgedAt) return fr.acknowledgedAt;
  // What failed goes when somebody says so; of what is being sent nobody knows whether it is sent once more.
  if (fr.processing !== 'unprocessed' && fr.processing !== 'processing') return null;
  if (fr.skipsWaits) return now;
  try {
    const from = { releasedAt: fr.releasedAt ?? now, holdUntil: fr.holdUntil, notBefore: now };
    const { goesOutAt } = computeWaits(settings, from);
    return takenByRunAt(fr, settings, goesOutAt) ?? goesOutAt;
  } catch (error) {
    if (error instanceof NoOpening) return null;
    throw error;
  }
}
