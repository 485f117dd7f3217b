import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findRequests } from '../../database/fulfillment-requests.ts';
import type { FulfillmentRequest } from '../../database/fulfillment-requests.ts';
import { submitRequests } from '../../client/intake.ts';
import { readDocuments } from '../../domain/fulfillment/read-documents.ts';
import { orderByHand } from '../helpers/sending.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { openShop, sessionOf } from './support.ts';
import type { ErrorDocument, Shop } from './support.ts';

export const JANE = {
  ...{ firstName: 'Jane', lastName: 'Doe', address1: '555 East Street', city: 'Austin', state: 'Texas' },
  ...{ postalCode: '78701', country: 'United States', email: 'jane@example.com', phone: '512-555-0100' },
};

export interface StoredOrder {
  id: number;
  fields: Record<string, unknown>;
  billing: Record<string, unknown>;
  addresses: Record<string, unknown>[];
  lines: { sku: string; quantity: number }[];
}

/** A store that sells S-1 (10 pieces) and S-2 (2 pieces), and a source of the same name that sends requests to it. */
export interface Supplier extends Shop {
  hash: string;
  /** Changes the settings below `fulfillment:`. */
  settle(fulfillment: string): Promise<void>;
  document(number: string, fields?: Record<string, unknown>): Record<string, unknown>;
  submit(...documents: Record<string, unknown>[]): Promise<void>;
  /** The request as soon as it is in this state. */
  reach(number: string, processing: FulfillmentRequest['processing']): Promise<FulfillmentRequest>;
  orders(): Promise<StoredOrder[]>;
  /** An order of the same buyer for one S-2 that the store's staff made, with the number of a request; answers its id. */
  orderByHand(number: string): Promise<number>;
  /** One call of the store's API, as another app of it would make it. */
  api(method: string, path: string, body: unknown): Promise<unknown>;
}

export async function openSupplier(system: TestSystem, name: string, fulfillment: string): Promise<Supplier> {
  const shop = await openShop(system, name);
  const hash = name.replaceAll('-', '');
  await shop.add(1, { inventory_level: 10, sku: 'S-1' });
  await shop.add(2, { inventory_level: 2, sku: 'S-2' });
  const settle = async (settings: string) => {
    await shop.apply(`  archiveMissing: true\nfulfillment:\n${settings}`);
  };
  await settle(fulfillment);
  const { db } = system.database;
  return {
    ...shop,
    ...{ hash, settle },
    document: (number, fields = {}) => ({
      ...{ number, source: name, billingAddress: JANE, lines: [{ sku: 'S-1', quantity: 1 }] },
      ...fields,
    }),
    async submit(...documents) {
      const { refused, results } = await submitRequests(
        await sessionOf(system),
        readDocuments(JSON.stringify(documents), 'json', 'fr', {}),
      );
      if (refused > 0) throw new Error(JSON.stringify(results));
    },
    reach: (number, processing) =>
      waitFor(`${number} to be ${processing}`, async () => {
        const [fr] = await findRequests(db, number, name);
        return fr?.processing === processing ? fr : undefined;
      }),
    orders: async () => (await shop.control<{ orders: StoredOrder[] }>('GET', 'orders')).orders,
    orderByHand(number) {
      const buyer = { first_name: JANE.firstName, last_name: JANE.lastName, email: JANE.email };
      const fields = { external_order_id: number, products: [{ product_id: 2, quantity: 1 }] };
      return orderByHand(system.simulator, fields, { hash, buyer });
    },
    async api(method, path, body) {
      const response = await fetch(`${system.simulator.url}/stores/${hash}${path}`, {
        method,
        headers: { 'x-auth-token': `${hash}-token`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response.json();
    },
  };
}

/** Runs the Temporal command line as a person does at night. */
export async function temporal(system: TestSystem, ...words: string[]): Promise<string> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = system.environment;
  const place = ['--address', address!, '--namespace', namespace!];
  return (await promisify(execFile)(process.env['TEST_TEMPORAL_CLI']!, [...words, ...place])).stdout;
}

/** Has a schedule start its workflow at once, and waits until that has ended. */
export async function runSchedule(system: TestSystem, id: string, type: string): Promise<void> {
  const query = `WorkflowType = "${type}" AND ExecutionStatus != "Running"`;
  const ended = () => temporal(system, 'workflow', 'count', '--query', query);
  const before = await ended();
  await temporal(system, 'schedule', 'trigger', '--schedule-id', id);
  await waitFor(`${type} to end`, async () => (await ended()) !== before);
}

/** Commands with --json: their exit codes and documents, or the one error. */
export function jsonCommands(system: () => TestSystem) {
  async function run<T = Record<string, unknown>>(args: string[], input?: unknown) {
    const text = input === undefined ? undefined : JSON.stringify(input);
    const result = await system().cli([...args, '--json'], text);
    return { exitCode: result.exitCode, document: result.json<T>() };
  }
  return {
    run,
    async failure(args: string[], input?: unknown) {
      const { exitCode, document } = await run<ErrorDocument>(args, input);
      return { exitCode, ...document.error };
    },
  };
}
