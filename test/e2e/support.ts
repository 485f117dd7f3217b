import { followRun, startJob } from '../../client/jobs.ts';
import { openSession } from '../../client/session.ts';
import type { Session } from '../../client/session.ts';
import { applySource } from '../../client/sources.ts';
import type { JobRun } from '../../database/runs.ts';
import type { RunStatus } from '../../database/tables.ts';
import { waitFor } from '../helpers/wait.ts';
import type { TestSystem } from '../helpers/system.ts';

export interface RunDocument {
  runId: string;
  workflowId: string;
  webUrl: string;
  status: string;
  trigger: string;
  counts: Record<string, number>;
  requests: number;
  reason: { code: string; message: string; hint: string } | null;
  rejected?: Finding[];
  skipped?: Finding[];
  warnings?: Finding[];
}

export interface Finding {
  productId: number | null;
  variantId: number | null;
  sku: string | null;
  code: string;
  message: string;
}

export interface ErrorDocument {
  error: { code: string; message: string; hint: string; [extra: string]: unknown };
}

/** A source file for one of the simulator's stores; `inventory` are lines below `inventory:`. */
export function fileOf(name: string, storeHash: string, inventory: string): string {
  return `name: ${name}
connection: { type: api_token, storeHash: ${storeHash}, accessToken: ${storeHash}-token }
inventory:
  untrackedQuantity: 0
${inventory}
`;
}

/** A store of its own for one test, and the source of the same name that reads it. */
export interface Shop {
  name: string;
  control: <T = unknown>(
    method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ) => Promise<T>;
  /** Makes the source as it is by these lines below `inventory:`. */
  apply(inventory?: string): Promise<unknown>;
  /** Imports and waits for the end. */
  import(): Promise<JobRun>;
  /** Starts an import and leaves it to itself. */
  start(): Promise<string>;
  /** The living items: SKU to quantity. */
  living(): Promise<Record<string, number>>;
  item(sku: string): Promise<Record<string, unknown>>;
  /** Adds a plain product of one variant with the id of the product. */
  add(id: number, fields?: Record<string, unknown>): Promise<unknown>;
}

let session: Promise<Session> | undefined;

/** A session of the typed client in this process: a command costs half a second that these tests need not spend. */
export function sessionOf(system: Pick<TestSystem, 'environment'>): Promise<Session> {
  Object.assign(process.env, system.environment);
  session ??= openSession();
  return session;
}

type Job = [job: Parameters<typeof startJob>[1], source: string, input?: Record<string, unknown>];

/** Has a job of a source run, and waits for its end. */
export async function runToEnd(session: Session, ...[job, source, input]: Job) {
  const started = await startJob(session, job, source, input);
  return followRun(session, started, () => undefined, AbortSignal.timeout(60_000));
}

export async function closeSession(): Promise<void> {
  await (await session)?.close();
}

export async function stopSystem(system: TestSystem): Promise<void> {
  await closeSession();
  await system.stop();
}

/** What a shop or a session needs of a system. */
export type Surroundings = Pick<TestSystem, 'simulator' | 'environment'> & {
  database: Pick<TestSystem['database'], 'db'>;
};

export async function openShop(
  system: Surroundings,
  name: string,
  size: { preset?: 'shop' | 'bulk'; products?: number; variants?: number } = {},
): Promise<Shop> {
  const hash = name.replaceAll('-', '');
  const { control } = system.simulator;
  await control('PUT', `stores/${hash}`, { preset: 'bulk', products: 0, ...size });
  const inStore = (path: string) => `${path}${path.includes('?') ? '&' : '?'}store=${hash}`;
  const { db } = system.database;
  const itemsOf = () =>
    db
      .selectFrom('inventory_items as i')
      .innerJoin('sources as s', 's.id', 'i.source_id')
      .selectAll('i')
      .where('s.name', '=', name);
  return {
    name,
    control: (method, path, body) => control(method, inStore(path), body),
    async apply(inventory = '  archiveMissing: true') {
      return applySource(await sessionOf(system), fileOf(name, hash, inventory), 'the test');
    },
    async start() {
      return (await startJob(await sessionOf(system), 'inventory', name)).runId;
    },
    async import() {
      const { run } = await runToEnd(await sessionOf(system), 'inventory', name);
      if (!run) throw new Error(`The import of ${name} left no record.`);
      return run;
    },
    async living() {
      const rows = await itemsOf().where('i.archived_at', 'is', null).execute();
      return Object.fromEntries(rows.map((row) => [row.sku, row.quantity]));
    },
    async item(sku) {
      return (await itemsOf().where('i.sku', '=', sku).executeTakeFirstOrThrow()) as unknown as Record<string, unknown>;
    },
    add: (id, fields = {}) =>
      control('POST', inStore('products'), {
        ...{ id, name: `Product ${id}`, sku: `S-${id}`, price: 10, inventory_tracking: 'product', inventory_level: 5 },
        variants: [{ id, sku: `S-${id}` }],
        ...fields,
      }),
  };
}

/** Waits until a run of a source is in the database with this status: a certain one, or any by this trigger. */
export function waitForRun(
  system: TestSystem,
  source: string,
  status: RunStatus,
  which: { id?: string; trigger?: 'manual' | 'schedule' } = {},
) {
  return waitFor(`a run of ${source} to be ${status}`, async () => {
    let query = system.database.db
      .selectFrom('job_runs as r')
      .innerJoin('sources as s', 's.id', 'r.source_id')
      .selectAll('r')
      .where('s.name', '=', source)
      .where('r.status', '=', status);
    if (which.id) query = query.where('r.id', '=', which.id);
    if (which.trigger) query = query.where('r.trigger', '=', which.trigger);
    return query.executeTakeFirst();
  });
}
