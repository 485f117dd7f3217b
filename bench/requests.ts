import { writeFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { sql } from 'kysely';
import pLimit from 'p-limit';
import { ensureFrWorkflow } from '../activities/fr-start.ts';
import { acceptMany } from '../database/fr-intake.ts';
import { findSource } from '../database/sources.ts';
import { frDocumentSchema } from '../domain/fulfillment/document.ts';
import type { BenchSystem } from './system.ts';

const ADDRESS = {
  ...{
    firstName: 'Ada',
    lastName: 'Bench',
    address1: '1 Main Street',
    city: 'Austin',
    state: 'Texas',
    stateCode: 'TX',
  },
  ...{
    postalCode: '78701',
    country: 'United States',
    countryCode: 'US',
    email: 'ada@example.com',
    phone: '512 555 0100',
  },
};
const CHUNK = 200;
/** As many as the client starts at once. */
const STARTS_AT_ONCE = 20;

/** Applies a source by the command line; `settings` is what follows its connection. */
export async function applySource(system: BenchSystem, name: string, settings: string): Promise<void> {
  const file = `${system.environment['BCSOURCE_HOME']}/${name}.yaml`;
  const connection = 'connection: { type: api_token, storeHash: demo, accessToken: demo-token }';
  await writeFile(file, `name: ${name}\n${connection}\n${settings}\n`);
  await system.run('client/cli/main.js', ['source', 'apply', file, '--json']);
}

/** Runs `work` with a client of the system's Temporal. */
export async function withTemporal<T>(system: BenchSystem, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: system.environment['TEMPORAL_ADDRESS']! });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

interface Row {
  sku: string;
  inventory_level: number;
}

interface Stock {
  hash?: string;
  /** So much of it has to be there: as much as a case orders of each. */
  least?: number;
}

/** So many SKUs of the store with stock for all that a case orders, or that the store does not count. */
export async function findSkus(
  system: BenchSystem,
  wanted: number,
  { hash = 'demo', least = 80 }: Stock = {},
): Promise<string[]> {
  const found: string[] = [];
  for (let page = 1; found.length < wanted; page++) {
    const url = `${system.simulatorUrl}/stores/${hash}/v3/catalog/products?include=variants&limit=250&page=${page}`;
    const response = await fetch(url, { headers: { 'x-auth-token': `${hash}-token` } });
    const { data } = (await response.json()) as {
      data: { inventory_tracking: string; variants: Row[] }[];
    };
    if (data.length === 0) throw new Error(`The store has only ${found.length} SKUs with stock enough.`);
    for (const { inventory_tracking: tracking, variants } of data) {
      found.push(
        ...variants.filter((row) => tracking === 'none' || row.inventory_level >= least).map((row) => row.sku),
      );
    }
  }
  return found.slice(0, wanted);
}

export interface Submission {
  source: string;
  /** Numbers are this and a running number. */
  prefix: string;
  count: number;
  skus: readonly string[];
}

/** Takes requests in and starts their workflows, as `fr submit` does, in sets and without a process of its own. */
export async function submit(system: BenchSystem, client: Client, submission: Submission): Promise<void> {
  const { source, prefix, count, skus } = submission;
  const { id } = (await findSource(system.db, source))!;
  const documents = Array.from({ length: count }, (_, index) =>
    frDocumentSchema.parse({
      ...{ number: `${prefix}${index}`, source, billingAddress: ADDRESS, shippingAddress: ADDRESS },
      ...{ shippingMethod: { name: 'Ground' } },
      lines: [{ id: '1', sku: skus[index % skus.length], quantity: 1 }],
    }),
  );
  const limit = pLimit(STARTS_AT_ONCE);
  for (let from = 0; from < count; from += CHUNK) {
    const intakes = documents
      .slice(from, from + CHUNK)
      .map((document) => ({ source: { id }, document, autoSend: true, now: new Date() }));
    const accepted = await acceptMany(system.db, intakes);
    await limit.map(accepted, (fr) => ensureFrWorkflow(client, { id: fr.id, source, number: fr.number }));
  }
}

/** How many requests stand in each state. */
export async function statesOf(system: BenchSystem): Promise<Record<string, number>> {
  const { rows } = await sql<{ processing: string; count: number }>`
    select processing, count(*)::int as count from fulfillment_requests group by processing`.execute(system.db);
  return Object.fromEntries(rows.map(({ processing, count }) => [processing, count]));
}

export interface RequestLedger {
  total: number;
  byStatus: Record<string, number>;
  byRoute: Record<string, number>;
}

/** What the store was asked for since its ledger was last cleared. */
export async function ledgerOf(system: BenchSystem): Promise<RequestLedger> {
  return (await system.control('GET', 'ledger/requests?limit=1')) as RequestLedger;
}
