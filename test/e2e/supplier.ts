import { submitRequests } from '../../client/intake.ts';
import { applySource } from '../../client/sources.ts';
import { findRequests } from '../../database/fulfillment-requests.ts';
import type { FulfillmentRequest } from '../../database/fulfillment-requests.ts';
import type { JobRun } from '../../database/runs.ts';
import { readDocuments } from '../../domain/fulfillment/read-documents.ts';
import { waitFor } from '../helpers/wait.ts';
import { openShop, runToEnd, sessionOf } from './support.ts';
import type { Shop, Surroundings } from './support.ts';

export const PRODUCTS = 4;

const address = {
  ...{ firstName: 'Jane', lastName: 'Doe', address1: '555 East Street', city: 'Austin', state: 'Texas' },
  ...{ postalCode: '78108', country: 'United States', countryCode: 'US', email: 'jane@example.com', phone: '5550100' },
};

/** An item of a package: so many of the line at this place of the order. */
export type Packed = [line: number, quantity: number];

export interface StoreOrder {
  id: number;
  lines: { id: number; quantity: number }[];
  shipments: { id: number }[];
}

/** A store that ships what it was sent, and the source of the same name. */
export interface Supplier {
  name: string;
  control: Shop['control'];
  /** Applies the source; `shipments` are its settings in YAML's flow style. */
  apply(shipments?: string, token?: string): Promise<unknown>;
  /** Submits requests of these quantities, a line each (with more lines than products, SKUs come again), and waits until the store has them; answers their order ids. */
  send(requests: Record<string, number[]>): Promise<Record<string, number>>;
  /** The merchant packs: named items, or all that is left. Answers the id of the shipment. */
  ship(orderId: number, fields?: Record<string, unknown>, packed?: Packed[]): Promise<number>;
  order(orderId: number): Promise<StoreOrder>;
  /** Runs Get Shipments to its end. */
  sync(input?: { all?: true; frId?: number }): Promise<JobRun>;
  request(number: string): Promise<FulfillmentRequest>;
}

export async function openSupplier(system: Surroundings, name: string): Promise<Supplier> {
  const { control, add } = await openShop(system, name);
  for (let id = 1; id <= PRODUCTS; id++) await add(id, { inventory_level: 1_000_000 });
  const hash = name.replaceAll('-', '');
  const session = await sessionOf(system);
  const { db } = system.database;
  const request = async (number: string) => {
    const found = (await findRequests(db, number)).find((each) => each.source === name);
    if (!found) throw new Error(`There is no request ${number} of ${name}.`);
    return found;
  };
  const order = (orderId: number) => control<StoreOrder>('GET', `orders/${orderId}`);
  return {
    ...{ name, control, request, order },
    apply: (shipments = '{}', token = `${hash}-token`) =>
      applySource(
        session,
        `name: ${name}
connection: { type: api_token, storeHash: ${hash}, accessToken: ${token} }
fulfillment: { autoSend: true }
shipments: ${shipments}
`,
        'the test',
      ),
    async send(requests) {
      const documents = Object.entries(requests).map(([number, quantities]) => ({
        ...{ number, source: name, billingAddress: address, shippingAddress: address },
        lines: quantities.map((quantity, index) => ({
          id: `${index + 1}`,
          sku: `S-${(index % PRODUCTS) + 1}`,
          quantity,
        })),
      }));
      const read = readDocuments(JSON.stringify(documents), 'json', 'fr');
      const { refused, results } = await submitRequests(session, read);
      if (refused > 0) throw new Error(JSON.stringify(results));
      const sent = Object.keys(requests).map(async (number) => {
        const { bigcommerceOrderId } = await waitFor(`${number} to be sent`, async () => {
          const fr = await request(number);
          if (fr.processing === 'failed') throw new Error(`${number}: ${fr.reasonMessage}`);
          return fr.processing === 'acknowledged' && fr;
        });
        return [number, bigcommerceOrderId!] as const;
      });
      return Object.fromEntries(await Promise.all(sent));
    },
    async ship(orderId, fields = {}, packed) {
      const { lines } = await order(orderId);
      const items = packed?.map(([line, quantity]) => ({ order_product_id: lines[line]!.id, quantity }));
      return (await control<{ id: number }>('POST', `orders/${orderId}/ship`, { ...fields, ...(items && { items }) }))
        .id;
    },
    async sync(input = {}) {
      const { run, failure } = await runToEnd(session, 'shipments', name, input);
      if (!run) throw new Error(`The run left no record: ${failure?.message}`);
      return run;
    },
  };
}
