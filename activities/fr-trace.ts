import type { FulfillmentRequest } from '../database/fulfillment-requests.ts';
import { countryBook } from '../domain/fulfillment/country-book.ts';
import { traceOrder } from '../domain/fulfillment/order-body.ts';
import type { FieldTrace } from '../domain/mapping/run.ts';
import { createCatalogLookup } from './catalog-lookup.ts';
import type { Dependencies } from './dependencies.ts';
import { failure } from './failures.ts';
import { countriesOf, templateOf } from './fr-prepare.ts';
import { findSendingSource } from './fr-settings.ts';
import { openStore } from './stores.ts';

/**
 * Each step of each mapped field of the order that would be made of a request, by the newest settings. Changes nothing.
 * Throws StoreError and failures of ours.
 */
export async function traceRequest(deps: Dependencies, fr: FulfillmentRequest): Promise<FieldTrace[]> {
  const sending = await findSendingSource(deps.db, fr.source);
  if (!sending) throw failure('source_not_ready', `Source ${fr.source} was removed or has no fulfillment settings.`);
  const { source, settings } = sending;
  const input = { document: fr.document, template: templateOf(settings), settings };
  const store = { client: await openStore(deps, source, 'send'), catalog: createCatalogLookup() };
  const countries = await countriesOf(store, (noting) => traceOrder({ ...input, countries: noting }));
  return traceOrder({ ...input, countries: countryBook(countries) });
}
