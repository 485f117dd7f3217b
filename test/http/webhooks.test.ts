import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { probeServer } from '../../client/serve-probe.ts';
import { saveCredential } from '../../database/credentials.ts';
import { saveReceiver } from '../../database/webhook-receivers.ts';
import { addSource } from '../database/builders.ts';
import { startHttp } from '../helpers/http.ts';
import { drip } from '../helpers/raw-http.ts';
import { signatureOf } from '../helpers/store-events.ts';
import { waitFor } from '../helpers/wait.ts';

const CLIENT_SECRET = 'canary-client-secret-9f2';
const HEADER_SECRET = 'canary-header-secret-7c1';

let http: Awaited<ReturnType<typeof startHttp>>;
let url: string;
let nudges: string[];
/** What Temporal does with a nudge, beside being told. */
let onNudge: () => Promise<unknown> = () => Promise.resolve();

beforeAll(async () => {
  const signalWithStart = (_type: string, { workflowId }: { workflowId: string }) => {
    nudges.push(workflowId);
    return onNudge();
  };
  http = await startHttp({ temporal: () => Promise.resolve({ workflow: { signalWithStart } }) });
  ({ url } = http);
  for (const name of ['acme', 'other', 'unkept', 'unhurried', 'secretless']) {
    const sourceId = await addSource(http.db, name);
    const clientSecret = name === 'secretless' ? {} : { clientSecret: CLIENT_SECRET };
    await saveCredential(http.db, http.secrets, sourceId, { clientId: null, accessToken: 'a-token', ...clientSecret });
    const destination = `https://example.com/webhooks/bigcommerce/${name}`;
    await saveReceiver(http.db, http.secrets, { sourceId, destination, headerSecret: HEADER_SECRET });
  }
});
afterAll(() => http.stop());
beforeEach(async () => {
  nudges = [];
  await http.db.deleteFrom('hints').execute();
  await http.db.deleteFrom('webhook_events').execute();
});

let last = 0;

/** An event as BigCommerce sends it, with what a test wants to be different. */
function makeEvent(changes: { id?: string; at?: number; secret?: string; body?: Record<string, unknown> } = {}) {
  const { id = `msg_${++last}`, at = Math.floor(Date.now() / 1000), secret = CLIENT_SECRET, body = {} } = changes;
  const text = JSON.stringify({
    ...{ scope: 'store/product/inventory/updated', store_id: '1', producer: 'stores/abc', hash: 'h', created_at: at },
    ...{ data: { type: 'product', id: 7, inventory: { product_id: 7, method: 'absolute', value: 3 } }, ...body },
  });
  const headers = { 'content-type': 'application/json', 'x-bcsource-secret': HEADER_SECRET };
  return { text, headers: { ...headers, ...signatureOf(text, secret, id, `${at}`) } as Record<string, string> };
}

async function post({ text, headers }: ReturnType<typeof makeEvent>, source = 'acme') {
  const response = await fetch(`${url}/webhooks/bigcommerce/${source}`, { method: 'POST', headers, body: text });
  return { status: response.status, text: await response.text() };
}

/** Text that the store signed, whatever it is. */
function signed(text: string) {
  const { headers } = makeEvent();
  const { 'webhook-id': id, 'webhook-timestamp': at } = headers;
  return { text, headers: { ...headers, ...signatureOf(text, CLIENT_SECRET, id!, at!) } };
}

const events = () => http.db.selectFrom('webhook_events').selectAll().execute();
const hints = () => http.db.selectFrom('hints').selectAll().execute();

describe('an event of the store', () => {
  it('is kept with what it hints at before it is answered, with nothing', async () => {
    expect(await post(makeEvent())).toEqual({ status: 200, text: '' });
    expect(await events()).toMatchObject([{ scope: 'store/product/inventory/updated', resource_id: 7 }]);
    expect(await hints()).toMatchObject([{ kind: 'product', resource_id: 7, version: 1 }]);
    expect(nudges).toEqual(['hints:acme']);
  });

  it.each([
    [
      'store/sku/inventory/updated',
      { inventory: { product_id: 9, variant_id: 11 } },
      { kind: 'product', resource_id: 9 },
    ],
    ['store/sku/updated', { id: 11, sku: { product_id: 9, variant_id: 11 } }, { kind: 'product', resource_id: 9 }],
    ['store/product/deleted', { id: 9 }, { kind: 'product', resource_id: 9 }],
    ['store/shipment/updated', { id: 3, orderId: 120 }, { kind: 'order', resource_id: 120 }],
    ['store/order/statusUpdated', { id: 120, status: {} }, { kind: 'order', resource_id: 120 }],
  ])('%s hints at what is to be read', async (scope, data, hint) => {
    await post(makeEvent({ body: { scope, data } }));
    expect(await hints()).toMatchObject([hint]);
  });

  it.each([
    ['a scope of no use', { scope: 'store/cart/created', data: { id: 'abc' } }],
    ['a sku that names no product', { scope: 'store/sku/deleted', data: { id: 4 } }],
    ['an id that is none', { scope: 'store/product/updated', data: { id: '7; drop table hints' } }],
    ['no data', { scope: 'store/product/updated', data: undefined }],
  ])('with %s is kept and hints at nothing', async (_name, body) => {
    expect((await post(makeEvent({ body }))).status).toBe(200);
    expect(await events()).toHaveLength(1);
    expect(await hints()).toEqual([]);
  });

  it('that comes twice is kept once; another about the same is one reading', async () => {
    const event = makeEvent();
    await Promise.all([post(event), post(event), post(event)]);
    expect(await events()).toHaveLength(1);
    expect(await hints()).toMatchObject([{ version: 1 }]);
    await post(makeEvent());
    expect(await hints()).toMatchObject([{ version: 2 }]);
  });

  it('belongs to the source that it is sent to', async () => {
    const event = makeEvent();
    expect([(await post(event)).status, (await post(event, 'other')).status]).toEqual([200, 200]);
    expect(await events()).toHaveLength(2);
  });

  it('is believed by its bytes, however they are laid out', async () => {
    const text =
      '{ "data": {"id": 7,\n  "type":"product"}, "scope": "store/product/\\u0075pdated", "producer":"stores/abc" }';
    expect(JSON.stringify(JSON.parse(text))).not.toBe(text);
    expect(await post(signed(text))).toMatchObject({ status: 200 });
    expect(await events()).toMatchObject([{ scope: 'store/product/updated', resource_id: 7 }]);
  });
});

describe('the answer', () => {
  const isWaiting = sql`select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query ~ 'webhook_events'`;

  it('is not given before the event is kept', async () => {
    let answered: number | undefined;
    let posted: Promise<unknown> | undefined;
    await http.db.transaction().execute(async (trx) => {
      await sql`lock table webhook_events in access exclusive mode`.execute(trx);
      posted = post(makeEvent()).then(({ status }) => (answered = status));
      await waitFor('the event to wait', async () => (await isWaiting.execute(http.db)).rows.length > 0);
      // What is not held up by the table is answered before this.
      await fetch(`${url}/healthz`);
      expect(answered).toBeUndefined();
    });
    await posted;
    expect(answered).toBe(200);
    expect(await events()).toHaveLength(1);
  });

  it('asks the store to send again what could not be kept', async () => {
    await sql`create function refuse() returns trigger language plpgsql as $$ begin raise 'no room'; end $$`.execute(
      http.db,
    );
    await sql`create trigger full_disk before insert on webhook_events execute function refuse()`.execute(http.db);
    const event = makeEvent();
    expect((await post(event, 'unkept')).status).toBeGreaterThanOrEqual(500);
    await sql`drop trigger full_disk on webhook_events`.execute(http.db);
    expect(await events()).toEqual([]);
    expect(nudges).not.toContain('hints:unkept');
    expect((await post(event, 'unkept')).status).toBe(200);
    expect(await events()).toHaveLength(1);
  });

  it('does not wait for Temporal', async () => {
    let release = () => {};
    const silence = new Promise<void>((resolve) => (release = resolve));
    onNudge = () => silence;
    try {
      let answered: number | undefined;
      void post(makeEvent(), 'unhurried').then(({ status }) => (answered = status));
      await waitFor('the answer', () => answered);
      expect(answered).toBe(200);
      await waitFor('the nudge', () => nudges.includes('hints:unhurried'));
    } finally {
      onNudge = () => Promise.resolve();
      release();
    }
  });
});

describe('whoever is not the store', () => {
  const minutes = (count: number) => Math.floor(Date.now() / 1000) + count * 60;
  const refusals: [string, () => ReturnType<typeof makeEvent>][] = [
    ['a changed byte', () => ({ ...makeEvent(), text: makeEvent().text.replace('"value":3', '"value":4') })],
    ['six minutes of age', () => makeEvent({ at: minutes(-6) })],
    ['a time to come', () => makeEvent({ at: minutes(6) })],
    ['another client secret', () => makeEvent({ secret: 'another-secret' })],
    ['no client secret', () => ({ ...makeEvent(), headers: { ...makeEvent().headers, 'webhook-signature': '' } })],
    ['another version of signatures', () => withHeader('webhook-signature', (value) => value.replace('v1,', 'v0,'))],
    ['another id', () => withHeader('webhook-id', () => 'msg_other')],
    ['an id without end', () => makeEvent({ id: 'm'.repeat(201) })],
    ['a time moved on', () => withHeader('webhook-timestamp', (value) => `${Number(value) + 1}`)],
    ['another header secret', () => withHeader('x-bcsource-secret', () => 'no')],
    ['no header secret', () => withHeader('x-bcsource-secret', () => '')],
    ['a header secret that is longer', () => withHeader('x-bcsource-secret', (value) => `${value}x`)],
    ['the events of another store', () => makeEvent({ body: { producer: 'stores/def' } })],
    ['a list instead of an envelope', () => signed('[]')],
    ['a character that cannot be kept', () => makeEvent({ body: { hash: 'a\u0000b' } })],
    ['no body', () => signed('')],
    ['brackets a thousand deep', () => signed('['.repeat(30_000))],
    ['fields a thousand deep', () => signed('{"a":'.repeat(10_000))],
  ];

  function withHeader(name: string, change: (value: string) => string) {
    const event = makeEvent();
    return { ...event, headers: { ...event.headers, [name]: change(event.headers[name]!) } };
  }

  it.each(refusals)('is not believed with %s', async (_name, event) => {
    expect(await post(event())).toMatchObject({ status: 401, text: expect.stringContaining('not_believed') });
    expect([await events(), await hints()]).toEqual([[], []]);
  });

  it.each(['nobody', 'secretless', '..%2facme', 'ACME', 'a'.repeat(300), '%0d%0aacme', 'acme%00'])(
    'learns nothing at the address of %s',
    async (source) => {
      expect([400, 401, 404, 414]).toContain((await post(makeEvent(), source)).status);
      expect(await events()).toEqual([]);
    },
  );

  it('may not send 50 MB, whether announced or not', async () => {
    const { headers } = makeEvent();
    const big = Buffer.alloc(50 * 1024 * 1024, 'a');
    const announced = await fetch(`${url}/webhooks/bigcommerce/acme`, { method: 'POST', headers, body: big }).then(
      ({ status }) => status,
      () => 'cut',
    );
    expect([413, 'cut']).toContain(announced);
    const streamed = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)),
    });
    const answered = await fetch(`${url}/webhooks/bigcommerce/acme`, {
      ...{ method: 'POST', headers, body: streamed, duplex: 'half' },
    } as RequestInit).then(
      ({ status }) => status,
      () => 'cut',
    );
    expect([413, 'cut']).toContain(answered);
    expect((await post(signed('x'.repeat(64 * 1024 + 1)))).status).toBe(413);
    expect((await post(makeEvent())).status).toBe(200);
  });

  it('has ten seconds for a request, five for its head, and is cut off in the middle of a body that comes drop by drop', async () => {
    const { server } = http.server;
    const { requestTimeout, headersTimeout } = server;
    expect([requestTimeout, headersTimeout]).toEqual([10_000, 5_000]);
    // A tenth of it, so that nobody waits for long. The server looks as often as it does: before the last of the drops.
    Object.assign(server, { requestTimeout: requestTimeout / 10, headersTimeout: headersTimeout / 10 });
    const { text, headers } = makeEvent();
    expect(await drip(`${url}/webhooks/bigcommerce/acme`, headers, text)).toMatch(/^HTTP\/1.1 408/);
    Object.assign(server, { requestTimeout, headersTimeout });
    expect(await events()).toEqual([]);
    expect((await post(makeEvent())).status).toBe(200);
  });

  it('keeps nobody busy with an envelope that is deep, though the store signed it', async () => {
    const deep = `{"scope":"store/product/updated","producer":"stores/abc","data":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    expect(await post(signed(deep))).toMatchObject({ status: 200 });
    expect(await hints()).toEqual([]);
    for (const path of ['auth', 'load', 'healthz', 'metrics', 'nowhere', 'webhooks/bigcommerce']) {
      const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: deep };
      expect([400, 404, 405]).toContain((await fetch(`${url}/${path}`, options)).status);
    }
  });

  it('is told where the app is not known, as long as there is none', async () => {
    for (const path of ['auth', 'load', 'uninstall', 'remove_user']) {
      const refused = await fetch(`${url}/${path}?code=canary-code&signed_payload_jwt=canary`);
      expect([refused.status, await refused.json()]).toMatchObject([
        503,
        { error: { code: 'app_unknown', message: expect.stringContaining('BIGCOMMERCE_CLIENT_ID') } },
      ]);
    }
    const probes = [probeServer(url, 'app'), probeServer(url, 'webhooks'), probeServer('http://127.0.0.1:1', 'app')];
    expect(await Promise.all(probes)).toEqual(['app_unknown', 'served', 'silent']);
  });

  it('finds no secret in the log', () => {
    expect(http.log().trim().split('\n').length).toBeGreaterThan(20);
    expect(http.log()).not.toMatch(/canary|a-token/);
    expect(http.log()).toContain('wrong_signature');
  });
});
