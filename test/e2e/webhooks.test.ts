import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { ENDS_WITHIN } from '../../client/http/end.ts';
import { ensureSchedule, scheduleMatches } from '../../client/schedules.ts';
import { itInLong } from '../helpers/it-in-long.ts';
import type { RunningProcess } from '../helpers/processes.ts';
import { startServe } from '../helpers/server.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { choosePorts } from '../../local/ports.ts';
import { hookOf, sendEvent } from '../helpers/store-events.ts';
import { openSupplier } from './supplier.ts';
import type { Supplier } from './supplier.ts';
import { runToEnd, sessionOf, stopSystem } from './support.ts';

let system: TestSystem;
let server: RunningProcess;
let port: number;
let acme: Supplier;

/** Where the world reaches the server: for it, and for the commands that have to know it. */
const reached = () => ({ BCSOURCE_PUBLIC_URL: `http://127.0.0.1:${port}` });
const serve = async () => {
  ({ process: server } = await startServe({ ...system.environment, ...reached() }, port));
};

beforeAll(async () => {
  system = await startSystem(['--products', '0']);
  ({ serve: port } = await choosePorts(['serve']));
  acme = await openSupplier(system, 'acme');
  const file = `name: acme
connection: { type: api_token, storeHash: acme, accessToken: acme-token, clientSecret: acme-client-secret }
inventory: { untrackedQuantity: 0, archiveMissing: true, archiveGuard: { share: 0.2, minimum: 2 } }
fulfillment: { autoSend: true }
shipments: {}
`;
  expect(await system.cli(['source', 'apply', '-'], file)).toMatchObject({ exitCode: 0 });
  await run('inventory');
  await serve();
});
afterAll(async () => {
  await server.stop();
  await stopSystem(system);
});

async function run(job: 'inventory' | 'refresh') {
  return (await runToEnd(await sessionOf(system), job, 'acme')).run!;
}

const hooks = (...args: string[]) =>
  system.cli(['source', 'webhooks', 'acme', ...args, '--json'], undefined, reached());
const item = async (sku: string) =>
  system.database.db.selectFrom('inventory_items').selectAll().where('sku', '=', sku).executeTakeFirst();
const quantityOf = async (sku: string) => (await item(sku))?.quantity;
const setStock = (id: number, inventory_level: number) => acme.control('PATCH', `products/${id}`, { inventory_level });
const asStore = (method: string, id: number, body?: unknown) =>
  fetch(`${system.simulator.url}/stores/acme/v3/hooks/${id}`, {
    ...{ method, headers: { 'x-auth-token': 'acme-token', 'content-type': 'application/json' } },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const hints = () => system.database.db.selectFrom('hints').selectAll().execute();

describe('the quick rhythm', () => {
  it('reads what was modified since the last look, and nothing else', async () => {
    await acme.control('PATCH', 'products/1', { name: 'Renamed', inventory_level: 7 });
    await acme.control('DELETE', 'ledger');
    expect(await run('refresh')).toMatchObject({ status: 'completed', job: 'refresh', counts: { updated: 1 } });
    expect(await item('S-1')).toMatchObject({ quantity: 7, title: 'Renamed' });
    const { requests } = await acme.control<{ requests: { path: string }[] }>('GET', 'ledger/requests');
    expect(requests.filter(({ path }) => path.includes('date_modified'))).toHaveLength(2);
    expect(requests.some(({ path }) => /date_modified%3Amin=\d{4}-\d\d-\d\dT\d\d%3A\d\d/.test(path))).toBe(true);
  });

  it('goes on where the last look began, by the clock of the store, with five minutes of overlap', async () => {
    interface Asked {
      requests: { path: string; at: string; durationMs: number }[];
    }
    // Slow enough that the end of a look is not its beginning.
    await acme.control('PUT', 'faults', { kind: 'delay', pattern: 'date_modified', delayMs: 1_500, times: 1 });
    const look = async () => {
      await acme.control('DELETE', 'ledger');
      expect(await run('refresh')).toMatchObject({ status: 'completed' });
      const { requests } = await acme.control<Asked>('GET', 'ledger/requests');
      const clock = requests.find(({ path }) => path.startsWith('/v2/time'))!;
      const list = requests.find(({ path }) => path.includes('date_modified'))!;
      const since = new URL(list.path, 'http://store').searchParams.get('date_modified:min')!;
      const second = (at: number) => Math.floor(at / 1000) * 1000;
      const [from, to] = [Date.parse(clock.at), Date.parse(clock.at) + clock.durationMs];
      return { began: [second(from), second(to)], since: Date.parse(since) };
    };
    const [first, next] = [await look(), await look()];
    expect(first.began).toContain(next.since + 5 * 60_000);
  });

  it('never archives, takes stock away only within the guard, and the whole feed puts it right', async () => {
    await acme.control('DELETE', 'products/4');
    for (const id of [2, 3]) await setStock(id, 0);
    expect((await run('refresh')).counts).toMatchObject({ withheld: 2, updated: 0 });
    expect(await quantityOf('S-2')).toBeGreaterThan(0);
    expect(await item('S-4')).toMatchObject({ archived_at: null });
    for (const id of [2, 3]) await setStock(id, 50);
    await acme.control('POST', 'products', {
      id: 4,
      name: 'P',
      sku: 'S-4',
      price: 1,
      variants: [{ id: 4, sku: 'S-4' }],
    });
    const { id, counts } = await run('inventory');
    expect(counts).toMatchObject({ corrected: 3 });
    expect((await system.cli(['runs', 'show', id])).stdout).toContain(`Corrected 3 of ${counts.items} items`);
  });
});

describe('webhooks', () => {
  it('are made for products, skus, orders and shipments, listed, and repaired when the store switched one off', async () => {
    const made = await hooks('--create');
    expect(made).toMatchObject({ exitCode: 0 });
    expect(made.json<{ hooks: { scope: string; did: string }[] }>().hooks).toHaveLength(16);
    const { hooks: listed } = (await hooks()).json<{ hooks: { scope: string; hookId: number; state: string }[] }>();
    expect(new Set(listed.map(({ state }) => state))).toEqual(new Set(['active']));
    const [first, second] = listed;
    await asStore('PUT', first!.hookId, { is_active: false });
    await asStore('DELETE', second!.hookId);
    const client = await (await sessionOf(system)).temporal();
    await client.workflow.execute('tendWebhooks', { workflowId: 'tend', taskQueue: 'bcsource' });
    const states = (await hooks()).json<{ hooks: { state: string }[] }>().hooks.map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['active']));
  });

  it('are removed, once, and made again', async () => {
    const { hooks: stored } = await acme.control<{ hooks: number }>('GET', 'state');
    expect((await hooks('--remove')).json()).toEqual({ source: 'acme', removed: stored });
    expect(await acme.control('GET', 'state')).toMatchObject({ hooks: 0 });
    expect((await hooks()).json()).toMatchObject({ destination: null, hooks: [] });
    const again = await system.cli(['source', 'webhooks', 'acme', '--remove']);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing to remove') });
    expect(await hooks('--create')).toMatchObject({ exitCode: 0 });
    expect(await acme.control('GET', 'state')).toMatchObject({ hooks: stored });
  });

  itInLong('are looked after by the doctor, like schedules and the server, each line with what to do', async () => {
    // A machine that is busy with other tests is too slow for the doctor's five seconds now and then: it is asked again.
    const isLate = (line: string) => line.endsWith('Look at the network and at the load of the other side.');
    const examine = async (...more: string[]) => {
      for (let tries = 1; ; tries++) {
        const seen = await examineOnce(...more);
        if (tries === 4 || !seen.found.some(isLate)) return seen;
      }
    };
    const examineOnce = async (...more: string[]) => {
      const { exitCode, ...found } = await system.cli(['doctor', '--json', ...more], undefined, reached());
      const { checks } = found.json<{ checks: { check: string; status: string; hint: string | null }[] }>();
      return { exitCode, found: checks.map(({ check, status, hint }) => `${check} ${status}: ${hint}`) };
    };
    const sound = await examine();
    expect(sound).toMatchObject({
      exitCode: 0,
      found: expect.arrayContaining(['webhooks acme ok: null', 'serve ok: null']),
    });
    expect(sound.found.filter((line) => !line.endsWith(' ok: null'))).toEqual([]);

    const [hook] = (await hooks()).json<{ hooks: { hookId: number }[] }>().hooks;
    await asStore('PUT', hook!.hookId, { is_active: false });
    const client = await (await sessionOf(system)).temporal();
    await ensureSchedule(client, 'inventory', 'acme', { every: '1h' });
    // A schedule that is new answers only when Temporal has begun it, which a busy machine takes seconds for.
    await waitFor('the schedule', () => scheduleMatches(client, 'inventory', 'acme', { every: '1h' }));
    await server.stop();
    const { exitCode, found } = await examine();
    expect(exitCode).toBe(1);
    expect(found).toEqual(
      expect.arrayContaining([
        'webhooks acme problem: Run `bcsource source webhooks acme --repair`.',
        'schedule inventory:acme problem: Run `bcsource doctor --repair`.',
        expect.stringMatching(/^serve warning: Start it beside the worker/),
      ]),
    );
    await serve();
    expect((await hooks('--repair')).json<{ hooks: { did: string }[] }>().hooks.map(({ did }) => did)).toContain(
      'switched_on',
    );
    await examine('--repair');
    expect((await examine()).found).toEqual(sound.found);
  });

  it('bring stock, new and deleted products, and hidden ones within seconds', async () => {
    await setStock(1, 3);
    await acme.control('PATCH', 'variants/2', { price: 99 });
    await acme.control('POST', 'products', {
      id: 9,
      name: 'New',
      sku: 'S-9',
      price: 1,
      variants: [{ id: 9, sku: 'S-9' }],
    });
    await waitFor('the stock', async () => (await quantityOf('S-1')) === 3);
    await waitFor('the price', async () => (await item('S-2'))?.price === '99');
    await waitFor('the new product', () => item('S-9'));
    await acme.control('DELETE', 'products/9');
    await waitFor('the deleted product', async () => (await item('S-9'))?.archived_at);
    await waitFor('every hint', async () => (await hints()).length === 0);
  });

  it('do not empty the pool: above the guard the whole feed asks a person', async () => {
    for (const id of [1, 2, 3, 4]) await acme.control('DELETE', `products/${id}`);
    await waitFor('every hint', async () => (await hints()).length === 0);
    const living = await system.database.db
      .selectFrom('inventory_items')
      .select('sku')
      .where('archived_at', 'is', null)
      .execute();
    expect(living.length).toBeGreaterThanOrEqual(3);
    for (const id of [1, 2, 3, 4]) {
      const sku = `S-${id}`;
      const product = { id, name: sku, sku, price: 1, inventory_tracking: 'product', inventory_level: 1000 };
      await acme.control('POST', 'products', { ...product, variants: [{ id, sku }] });
    }
    await waitFor(
      'all to be back',
      async () => (await quantityOf('S-1')) === 1000 && (await quantityOf('S-4')) === 1000,
    );
  });

  it('bring tracking numbers of a request within seconds', async () => {
    const { 'PO-1': orderId } = await acme.send({ 'PO-1': [2] });
    await acme.ship(orderId!, { tracking_number: '1Z' });
    await waitFor('the shipment', async () => (await acme.request('PO-1')).shipping === 'shipped');
    const shown = (await system.cli(['fr', 'show', 'PO-1', '--json'])).json<{
      shipments: { trackingNumber: string }[];
    }>();
    expect(shown.shipments).toMatchObject([{ trackingNumber: '1Z' }]);
  });

  itInLong('that were answered are worked on though the server dies, and lost ones only cost time', async () => {
    await system.worker.stop('SIGKILL');
    await setStock(1, 11);
    await waitFor('the event', async () => (await hints()).length > 0);
    await server.stop('SIGKILL');
    await system.startWorker();
    await waitFor('the stock', async () => (await quantityOf('S-1')) === 11);
    // What an import finds changed that comes after another has seen the webhooks work, they have missed.
    expect((await run('inventory')).counts).not.toHaveProperty('corrected');
    await acme.control('PUT', 'webhooks', { isSending: false });
    await setStock(2, 12);
    expect((await run('inventory')).counts).toMatchObject({ corrected: 1 });
    expect(await quantityOf('S-2')).toBe(12);
    await serve();
  });

  /** An event that waits for a lock in Postgres while the server is told to stop, and the port is closed. */
  async function eventDuringStop() {
    const { db } = system.database;
    const lock = await db.startTransaction().execute();
    await sql`lock table webhook_events`.execute(lock);
    const hook = await hookOf(system.simulator, 'acme-token', 'acme');
    const answer = sendEvent(hook, 'acme-client-secret', 'late').catch(() => 'no answer');
    const waiting = sql`select from pg_locks where not granted and relation = 'webhook_events'::regclass and mode = 'RowExclusiveLock'`;
    await waitFor('the event to wait', async () => (await waiting.execute(db)).rows.length > 0);
    server.child.kill('SIGTERM');
    const isRefused = () =>
      fetch(hook.destination).then(
        () => false,
        () => true,
      );
    await waitFor('the port to be closed', isRefused);
    expect(server.child.exitCode).toBeNull();
    const ended = () => waitFor('the server to end', () => server.child.exitCode !== null, ENDS_WITHIN.allMs);
    return { lock, answer, ended };
  }

  it('are answered though the server is told to stop meanwhile; it ends after that, and well', async () => {
    const { lock, answer, ended } = await eventDuringStop();
    await lock.rollback().execute();
    expect(await answer).toBe(200);
    await ended();
    expect(server.child).toMatchObject({ exitCode: 0, signalCode: null });
  });

  itInLong(
    'get no answer where the server that has to stop cannot give one in time; it ends all the same',
    async () => {
      await serve();
      const { lock, answer, ended } = await eventDuringStop();
      // A lock that a failure leaves would hold up whatever comes after it.
      await ended().finally(() => lock.rollback().execute());
      expect(server.child).toMatchObject({ exitCode: 0, signalCode: null });
      expect(await answer).toBe('no answer');
    },
  );

  it('are removed from the store with the source', async () => {
    await system.cli(['source', 'remove', 'acme', '--yes']);
    const state = await acme.control<{ hooks: number }>('GET', 'state');
    expect(state.hooks).toBe(0);
    expect((await sql`select from webhook_receivers`.execute(system.database.db)).rows).toHaveLength(0);
  });
});
