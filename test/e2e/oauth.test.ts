import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { choosePorts } from '../../local/ports.ts';
import { metricNames } from '../docs/markdown.ts';
import { leaksIn } from '../chaos/leaks.ts';
import { dumpOf, temporalOf } from '../chaos/places.ts';
import { runOnDesktop } from '../helpers/desktop.ts';
import { startReceiver } from '../helpers/receivers.ts';
import { APP, startServer } from '../helpers/server.ts';
import type { TestServer } from '../helpers/server.ts';
import { plentifulSkus, requestFor } from '../helpers/sending.ts';
import { hookOf, sendEvent } from '../helpers/store-events.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { CORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { askForSweep, openAlarms, sweepAlarms } from './alarms.ts';
import { open, openFrame } from './browser.ts';
import { runSchedule, temporal } from './fr-support.ts';
import { stopSystem } from './support.ts';

const STREET = '77 Canary Street';
/** In an event of the store, and in one that somebody forged: of events, only ids are kept. */
const LANE = '9 Webhook Lane';
let system: TestSystem;
let server: TestServer;
let said = '';
let metrics = '';
let sku = '';
let metricsAddress: string;
let web: Awaited<ReturnType<typeof startReceiver>>;
/** What nobody may find anywhere, beside the secret of the app. */
const planted: string[] = [];

const file = (name: string, more = '') => `name: ${name}
connection: { type: oauth, storeHash: demo }
inventory: { untrackedQuantity: 5 }
fulfillment: { autoSend: true, externalOrderIdPrefix: ${name}- ${more} }
shipments: { lookbackDays: 30 }
notifications:
  - { type: webhook, url: "${web.url}/hook", on: always }
  - { type: webhook, url: "${web.url}/problems", on: problems }
`;

async function cli(args: string, input?: string) {
  const result = await system.cli(args.split(' '), input);
  said += result.stdout + result.stderr;
  return result;
}

const request = (source: string, number: string) => requestFor(source, number, sku, { address1: STREET });
const rows = async <T>(query: ReturnType<typeof sql<T>>) => (await query.execute(system.database.db)).rows;
const stateOf = async (number: string) => {
  const found = await rows(
    sql<{ state: string }>`select concat_ws(' ', processing, reason_code) as state
      from fulfillment_requests where number = ${number}`,
  );
  return found[0]?.state;
};
const countRuns = async () =>
  (await rows(sql<{ count: number }>`select count(*)::int as count from job_runs`))[0]!.count;
const panel = () => open(`${system.simulator.url}/manage/demo/app/${APP.clientId}`);
const tokens = async () =>
  Object.keys((await system.simulator.control<{ tokens: Record<string, string[]> }>('GET', 'state')).tokens);

beforeAll(async () => {
  const { port } = await choosePorts(['port']);
  web = await startReceiver();
  metricsAddress = `127.0.0.1:${port}`;
  const metrics = { BCSOURCE_METRICS_ADDRESS: metricsAddress };
  system = await startSystem(['--preset', 'shop', '--products', '20', '--quota', '450/30000'], metrics);
  [sku = ''] = await plentifulSkus(system.simulator, 1);
  server = await startServer(system);
});
afterAll(async () => {
  await server.process.stop();
  await stopSystem(system);
  await web.stop();
});

describe('a source whose store installs the app', () => {
  it('is told that it is not connected, and by which link it will be', async () => {
    expect(await cli('source apply -', file('shop'))).toMatchObject({ exitCode: 0 });
    expect((await cli('source test shop --json')).json()).toMatchObject({ error: { code: 'credential_refused' } });
    const link = `${system.simulator.url}/app/${APP.clientId}/install`;
    const printed = await cli('source connect shop --no-wait --json');
    expect(printed.json()).toEqual({ source: 'shop', storeHash: 'demo', link, status: 'waiting' });
  });

  it('is told on a desktop by a browser that opens, and that nobody has installed the app in time', async () => {
    const ended = await runOnDesktop('source connect shop --timeout 1', system.environment);
    expect(ended).toMatchObject({
      exitCode: 5,
      output: expect.stringMatching(/\(install_timeout\).*: Nobody installed the app in store demo within 1 s\./),
    });
    const link = `${system.simulator.url}/app/${APP.clientId}/install\n`;
    await waitFor('the browser', async () => (await ended.opened()) === link);
  });

  it('is not connected by an app that was given too little', async () => {
    await server.registerApp(['store_v2_information_read_only', 'store_v2_products_read_only']);
    const { waiting } = await waitForInstall();
    const page = await open(`${system.simulator.url}/app/${APP.clientId}/install`, { store: 'demo' });
    expect(page).toMatchObject({ status: 403 });
    expect(page.text).toContain('store_v2_orders');
    expect(await waiting).toMatchObject({ exitCode: 4 });
    expect((await waiting).json()).toMatchObject({ error: { code: 'scope_missing' } });
    expect((await cli('source test shop')).exitCode).toBe(4);
    await server.registerApp();
  });

  it('is connected by installing it, and then every job works', async () => {
    const { waiting } = await waitForInstall();
    const form = await open(`${system.simulator.url}/app/${APP.clientId}/install`);
    expect(form.text).toContain('store_v2_orders');
    const page = await open(form.url, { store: 'demo' });
    expect(page.url).toBe(`${system.simulator.url}/app/${APP.clientId}/install/succeeded`);
    expect((await waiting).json()).toMatchObject({
      ok: true,
      status: 'connected',
      scopes: { missing: [], excess: [] },
    });
    expect((await cli('inventory import shop --wait --json')).json()).toMatchObject({ status: 'completed' });
    expect(await cli('fr submit - --json', JSON.stringify(request('shop', 'A-1')))).toMatchObject({ exitCode: 0 });
    await waitFor('the order', async () => (await stateOf('A-1')) === 'acknowledged');
    expect((await cli('shipments sync shop --wait --json')).json()).toMatchObject({ status: 'completed' });
  });

  it('gives its token to another source of the same store', async () => {
    expect(await cli('source apply -', file('twin', ', holdHours: 2'))).toMatchObject({ exitCode: 0 });
    expect((await cli('source connect twin --json')).json()).toMatchObject({ ok: true, status: 'connected' });
  });

  it('is shown in the frame of the control panel', async () => {
    const page = await openFrame(await panel());
    expect(page).toMatchObject({ status: 200 });
    for (const text of ['shop', 'twin', 'No open alarms', 'completed']) expect(page.text).toContain(text);
    expect(page.text).not.toMatch(/<script|Canary|@example/);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain(`frame-ancestors https://store-demo.mybigcommerce.com ${system.simulator.url}`);
    expect(policy).toContain("default-src 'none'");
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(page.text) ?? [];
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(page.headers).not.toHaveProperty('x-frame-options');
    expect(page.headers['cache-control']).toBe('no-store');
  });

  it('is installed anew where it is, by a code that is good for one time', async () => {
    const { url } = await system.simulator.control<{ url: string }>('POST', `apps/${APP.clientId}/auth-url`, {});
    const before = await tokens();
    expect(await open(url)).toMatchObject({ status: 200 });
    expect(await open(url)).toMatchObject({ status: 409 });
    planted.push(new URL(url).searchParams.get('code')!, ...before, ...(await tokens()));
    expect((await cli('source test shop --json')).json()).toMatchObject({ ok: true });
  });

  it('hears of packages and of its catalogue by webhooks that the secret of the app signs', async () => {
    expect(await cli('source webhooks shop --create --json')).toMatchObject({ exitCode: 0 });
    const [sent] = await rows(sql<{ id: number; product: number }>`
      select bigcommerce_order_id::int as id, (select product_id::int from inventory_items where sku = ${sku}) as product
      from fulfillment_requests where number = 'A-1'`);
    await system.simulator.control('POST', `orders/${sent!.id}/ship`, { tracking_number: '1Z' });
    await system.simulator.control('PATCH', `products/${sent!.product}`, { name: 'Renamed' });
    const seen = sql<{ shipping: string; title: string }>`
      select shipping, (select title from inventory_items where sku = ${sku}) as title
      from fulfillment_requests where number = 'A-1'`;
    await waitFor('both', async () => Object.values((await rows(seen))[0]!).join() === 'shipped,Renamed');
  });

  it('keeps nothing but ids of an event, and nothing of one that somebody forged', async () => {
    const token = (await tokens()).find((each) => !each.startsWith('demo-'))!;
    const hook = await hookOf(system.simulator, token);
    const post = (secret: string) => sendEvent(hook, secret, LANE);
    planted.push(hook.headers['x-bcsource-secret']!, LANE, encodeURIComponent(LANE));
    expect([await post(APP.secret), await post('a-secret-of-somebody-else')]).toEqual([200, 401]);
    // What is under way while the app is uninstalled would ask in vain.
    await waitFor('the events', async () => {
      const { deliveries } = await system.simulator.control<{ deliveries: { state: string }[] }>('GET', 'webhooks');
      return deliveries.every(({ state }) => state !== 'waiting');
    });
    await waitFor('the hints', async () => (await rows(sql`select from hints`)).length === 0);
  });

  it('waits while the app is uninstalled, says so once, and goes on when it is installed again', async () => {
    await cli('fr submit - --json', JSON.stringify(request('twin', 'HELD-1')));
    // Its checks ask the store after the hold has begun: what asks while the token goes is refused, rightly.
    const isHeld = sql`select from fulfillment_requests
      where number = 'HELD-1' and next_step_at is not null and checked_at is not null`;
    await waitFor('the hold and the checks', async () => (await rows(isHeld)).length === 1);
    const heldBefore = await rowOf('HELD-1');
    const runsBefore = await countRuns();
    expect(problemsTold()).toEqual([]);

    const told = await system.simulator.control('POST', `apps/${APP.clientId}/uninstall`, {});
    expect(told).toEqual({ told: 200 });
    for (const command of ['inventory import shop --wait', 'shipments sync shop --wait', 'source test shop']) {
      const refused = await cli(`${command} --json`);
      expect(refused.json()).toMatchObject({ error: { code: 'app_uninstalled' } });
      expect(refused.exitCode).toBe(4);
    }
    expect(await countRuns()).toBe(runsBefore);
    await cli('fr submit - --json', JSON.stringify(request('shop', 'A-2')));
    await waitFor('the refusal', async () => (await stateOf('A-2')) === 'failed app_uninstalled');
    await askForSweep(system);
    await waitFor('the alarms', async () => (await openAlarms(system)).length > 1);
    expect(await openAlarms(system)).toEqual(['shop connection_refused', 'twin connection_refused']);
    for (let more = 0; more < 2; more++) await sweepAlarms(system);
    await runSchedule(system, 'webhooks', 'tendWebhooks');
    const undelivered = sql`select from notification_outbox where delivered_at is null`;
    await waitFor('the notices', async () => (await rows(undelivered)).length === 0);
    const once = ['shop alarm.started connection_refused', 'twin alarm.started connection_refused'];
    expect(problemsTold()).toEqual(once);

    const page = await openFrame(await panel());
    expect(page.text).toContain('Connected: shop, twin.');
    await waitFor('the order', async () => (await stateOf('A-2')) === 'acknowledged');
    expect((await cli('inventory import shop --wait --json')).json()).toMatchObject({ status: 'completed' });
    expect(await rowOf('HELD-1')).toEqual(heldBefore);
    await askForSweep(system);
    await waitFor('the end of the alarm', async () => (await openAlarms(system)).length === 0);
  }, 120_000);

  it('is told in metrics: each that the dashboard and the alert rules name, and each that is documented', async () => {
    const workerMetrics = async () => (await fetch(`http://${metricsAddress}/metrics`)).text();
    // Told from the first failure of workflow code on: a type that no worker has is one. One that tells nothing may take it.
    const unknown = () => ['--workflow-id', `unknown-${count}`, '--type', 'unknown', '--task-queue', CORE_TASK_QUEUE];
    let count = 0;
    for (; !(await workerMetrics()).includes('workflow_task_execution_failed') && count < 100; count++)
      await temporal(system, 'workflow', 'start', ...unknown());
    // Nobody can ask them anything: they would be in the way of whoever reads every history.
    while (count > 0) await temporal(system, 'workflow', 'delete', '--workflow-id', `unknown-${--count}`);
    await waitFor('their end', async () => !(await temporal(system, 'workflow', 'list')).includes('unknown'));
    const worker = await workerMetrics();
    const serve = await (await fetch(`${server.url}/metrics`)).text();
    const told = new Set([...worker.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!));
    const names = metricNames();
    const missing = [...names].map((name) => name.replace(/_bucket$/, '')).filter((name) => !told.has(name));
    expect({ missing, count: names.size > 15 }).toEqual({ missing: [], count: true });
    expect(worker).toMatch(/bcsource_store_requests_total\{source="shop",status="200"\} \d/);
    // While the app was uninstalled nobody asked the store in vain.
    expect(worker).not.toContain('status="401"');
    expect(worker).toMatch(/bcsource_store_quota_limit\{source="shop"\} 450/);
    for (const text of [worker, serve]) {
      expect(text).toContain('bcsource_database_up 1');
      expect(text).toContain('processing="acknowledged",shipping="open"} 1');
      expect(text).toContain('processing="acknowledged",shipping="shipped"} 1');
      expect(text).toMatch(/bcsource_inventory_age_seconds\{source="shop"\} \d/);
      expect(text).toContain('bcsource_job_runs_last_day{source="shop",job="shipments",status="completed"} 1');
    }
    const handedOn = await fetch(`${server.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(handedOn.status).toBe(404);
    metrics = worker + serve;
  });

  it('leaves no secret and no address anywhere', async () => {
    const known = [...planted, ...(await tokens())].filter((token) => !token.startsWith('demo-'));
    const secrets = [...new Set(known), APP.secret, 'eyJhbGciOi', 'jo@supplier.example'];
    expect(secrets).toHaveLength(10);
    await waitFor('the notices', () => web.isTold('run.ended', 'alarm.started', 'alarm.ended'));
    const places = {
      temporal: await temporalOf(system.environment),
      serve: server.process.output(),
      worker: system.worker.output(),
      commands: said,
      metrics,
      notifications: web.received.map((post) => JSON.stringify(post)).join('\n'),
    };
    expect(places.serve).toContain('the app was installed');
    const { temporal: histories, serve, worker, notifications } = places;
    expect(places.metrics).toContain('bcsource_');
    expect(leaksIn(places, secrets)).toEqual([]);
    expect(leaksIn({ histories, serve, worker, metrics, notifications }, [STREET, 'ada@example.com'])).toEqual([]);
    expect(leaksIn({ database: await dumpOf(system.database.db) }, secrets)).toEqual([]);
  });
});

/** A command that waits for an installation by now: it asks the database for it twice a second. */
async function waitForInstall() {
  const waiting = cli('source connect shop --timeout 60 --json');
  const asking = sql`select from pg_stat_activity
    where datname = current_database() and query like '%"installs"%' and pid <> pg_backend_pid()`;
  await waitFor('the command to wait', async () => (await rows(asking)).length > 0);
  return { waiting };
}

/** What those heard who want to hear of problems only, by source. */
function problemsTold(): string[] {
  const heard = web.told('/problems');
  return heard.map(({ type, data }) => `${data.source} ${type} ${data.cause ?? data.runId}`).sort();
}

/** A request as it is stored, with its history, but for when its workflow was looked after. */
async function rowOf(number: string) {
  return rows(sql<{ next_step_at: Date | null }>`
    select f.processing, f.hold_until, f.next_step_at, f.is_ready, f.explanation, f.released_at, f.reason_code,
      (select jsonb_agg(e.event order by e.id) from fr_events e where e.fr_id = f.id) as events
    from fulfillment_requests f where number = ${number}`);
}
