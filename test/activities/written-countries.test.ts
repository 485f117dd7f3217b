import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { loadRequest } from '../../database/fulfillment-requests.ts';
import { startSenders } from '../helpers/senders.ts';
import type { Senders } from '../helpers/senders.ts';

interface StoredOrder {
  billing: { country: string; country_iso2: string };
}

let senders: Senders;
beforeAll(async () => {
  senders = await startSenders();
});
afterAll(() => senders.stop());

const texas = { state: 'Texas', stateCode: 'TX' };
const england = { state: 'England', stateCode: '' };

let number = 0;
it.each([
  [{ ...texas, country: 'USA', countryCode: '' }, 'United States', 'US'],
  [{ ...texas, country: ' usa ', countryCode: '' }, 'United States', 'US'],
  [{ ...england, country: '', countryCode: 'UK' }, 'United Kingdom', 'GB'],
  [{ ...england, country: 'uk', countryCode: '' }, 'United Kingdom', 'GB'],
  [{ ...texas, country: 'United States of America', countryCode: '' }, 'United States', 'US'],
  [{ ...england, country: 'Great Britain', countryCode: '' }, 'United Kingdom', 'GB'],
  [{ ...england, country: 'GBR', countryCode: '' }, 'United Kingdom', 'GB'],
])('%j is found in the list of the store', async (written, country, iso2) => {
  const { database, simulator, worker, accept } = senders;
  const id = await accept(`TO-${++number}`, written);
  expect(await worker(simulator.url).send(id)).toMatchObject({ view: { processing: 'acknowledged' } });
  const { bigcommerceOrderId } = await loadRequest(database.db, id);
  const { billing } = await simulator.control<StoredOrder>('GET', `orders/${bigcommerceOrderId}`);
  expect(billing).toMatchObject({ country, country_iso2: iso2 });
});
