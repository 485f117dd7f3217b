import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { awaitInstall } from '../../client/connect.ts';
import { databaseTime } from '../../database/clock.ts';
import { loadCredential } from '../../database/credentials.ts';
import { findRefusal } from '../../database/connection-refusals.ts';
import { findInstall } from '../../database/installs.ts';
import { saveSource } from '../../database/sources.ts';
import { addSource } from '../database/builders.ts';
import { startHttp } from '../helpers/http.ts';
import { speak } from '../helpers/raw-http.ts';
import { APP, APP_SCOPES } from '../helpers/server.ts';

const HASH = 'abc123';
const TOKEN = 'a-token-of-the-store-9f2c';
let login: Server;
/** What the login server was asked, and how it answers. */
let asked: string[] = [];
let answer: { status: number; headers?: Record<string, string>; body: unknown };
let loginIsAway = false;
let http: Awaited<ReturnType<typeof startHttp>>;
let sourceId: number;

beforeAll(async () => {
  login = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${body}`);
      if (loginIsAway) return response.destroy();
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => login.listen(0, '127.0.0.1', resolve));
  http = await startHttp({ loginUrl: `http://127.0.0.1:${(login.address() as AddressInfo).port}` });
  const settings = { inventory: {} };
  const draft = { name: 'shop', connectionType: 'oauth' as const, storeHash: HASH, document: '', settings };
  sourceId = (await saveSource(http.db, draft, () => Promise.resolve())).id;
});
afterAll(async () => {
  await http.stop();
  await new Promise((resolve) => login.close(resolve));
});
beforeEach(() => {
  asked = [];
  http.moveClock(0);
  loginIsAway = false;
  const scope = APP_SCOPES.slice(0, 3).join(' ');
  answer = { status: 200, body: { access_token: TOKEN, scope, context: `stores/${HASH}` } };
});

const get = async (path: string) => {
  const response = await fetch(http.url + path, { redirect: 'manual' });
  return { status: response.status, text: await response.text(), headers: response.headers };
};
let codes = 0;
const authPath = (fields: Record<string, string> = {}) =>
  `/auth?${new URLSearchParams({ code: `code-${codes++}`, scope: 'store_v2_products', context: `stores/${HASH}`, ...fields })}`;
const installation = () => findInstall(http.db, HASH);
const credential = () => loadCredential(http.db, http.secrets, sourceId);

describe('an installation', () => {
  it.each([
    ['..', 'stores/../v2'],
    ['an address with a user', 'stores/abc123@evil.example'],
    ['a coded slash', 'stores/abc123%2fv2'],
    ['a twice coded slash', 'stores/abc123%252fv2'],
    ['a line break', 'stores/abc123\r\nHost: evil.example'],
    ['a line break at the end', 'stores/abc123\n'],
    ['digits of another script', 'stores/abc١٢٣'],
    ['a letter that only looks like one', 'stores/аbc123'],
    ['a letter that folds into one', 'stores/\u212Abc123'],
    ['another kind', 'users/abc123'],
    ['nothing behind it', 'stores/'],
    ['something before it', 'xstores/abc123'],
  ])('for a store hash with %s is refused, and nobody is asked', async (_, context) => {
    expect(await get(authPath({ context }))).toMatchObject({ status: 400 });
    expect(asked).toEqual([]);
  });

  it('that names two stores, or is for one that no source expects, is refused, and nobody is asked', async () => {
    expect(await get(`${authPath()}&context=stores%2Fother1`)).toMatchObject({ status: 400 });
    expect(await get(authPath({ context: 'stores/other1' }))).toMatchObject({ status: 404 });
    expect(await get(authPath({ code: 'a code\r\nX: y' }))).toMatchObject({ status: 400 });
    expect(await get(authPath({ scope: '<script>' }))).toMatchObject({ status: 400 });
    expect(asked).toEqual([]);
  });

  it('is not followed to where the login server sends it, and a token for another store is not taken', async () => {
    const statusFor = async (path = authPath()) => (await get(path)).status;
    answer = { status: 307, headers: { location: '/elsewhere' }, body: {} };
    expect(await statusFor()).toBe(502);
    answer = { status: 200, body: { access_token: TOKEN, scope: '', context: 'stores/other1' } };
    expect(await statusFor()).toBe(502);
    answer = { status: 200, body: { access_token: `${TOKEN}\r\nx: y`, scope: '', context: `stores/${HASH}` } };
    expect(await statusFor()).toBe(502);
    answer = { status: 400, body: { title: `<b>no such code</b> code-777, secret ${APP.secret}` } };
    const refused = await get(authPath({ code: 'code-777' }));
    expect(refused).toMatchObject({ status: 502, text: expect.stringContaining('&lt;b&gt;no such code') });
    loginIsAway = true;
    expect(await statusFor()).toBe(502);
    expect(asked).toHaveLength(5);
    expect(refused.text + http.log()).not.toMatch(new RegExp(`${APP.secret}|${TOKEN}|code-\\d`));
    expect(await credential()).toBeUndefined();
    expect(await installation()).toBeUndefined();
  });

  it('stores the token of a code that comes for the first time, and of no other', async () => {
    const path = authPath({ code: 'only-once' });
    expect(await get(path)).toMatchObject({ status: 200 });
    expect(asked).toEqual([
      `POST /oauth2/token ${JSON.stringify({
        ...{ client_id: APP.clientId, client_secret: APP.secret, code: 'only-once', scope: 'store_v2_products' },
        ...{ context: `stores/${HASH}`, grant_type: 'authorization_code', redirect_uri: 'http://127.0.0.1:1/auth' },
      })}`,
    ]);
    expect(await credential()).toMatchObject({ clientId: APP.clientId, accessToken: TOKEN, storeHash: HASH });
    expect(await get(path)).toMatchObject({ status: 409 });
    expect(asked).toHaveLength(1);
  });

  it('that only its caller vouches for changes nothing, and whoever waits for one goes on waiting', async () => {
    const before = await installation();
    expect(before).toMatchObject({ status: 'installed' });
    const connecting = { source: 'shop', storeHash: HASH, link: '', since: await databaseTime(http.db) };
    const granted = answer;
    answer = { status: 400, body: { error: 'invalid code' } };
    expect(await get(authPath())).toMatchObject({ status: 502 });
    const wait = { timeoutMs: 60_000, signal: new AbortController().signal };
    const waiting = awaitInstall(http.session, connecting, wait).catch((error: unknown) => error);
    expect(await installation()).toEqual(before);
    answer = granted;
    expect(await get(authPath())).toMatchObject({ status: 200 });
    expect(await waiting).toMatchObject({ status: 'installed' });
  });

  it('with too few scopes leaves the token of an earlier one', async () => {
    answer.body = { access_token: 'a-weaker-token', scope: 'store_v2_orders', context: `stores/${HASH}` };
    const refused = await get(authPath());
    expect(refused).toMatchObject({ status: 403 });
    expect(refused.text).toContain('store_v2_products_read_only');
    expect(await credential()).toMatchObject({ accessToken: TOKEN });
    expect(await installation()).toMatchObject({ status: 'refused', reasonCode: 'scope_missing' });
  });
});

const secret = new TextEncoder().encode(APP.secret);
let tokens = 0;

interface Forgery {
  claims?: Record<string, unknown>;
  alg?: string;
  key?: Parameters<SignJWT['sign']>[0];
  /** Seconds before now. */
  age?: number;
}

function sign({ claims = {}, alg = 'HS256', key = secret, age = 0 }: Forgery = {}): Promise<string> {
  const at = Math.floor(Date.now() / 1000) - age;
  const all = { aud: APP.clientId, iss: 'bc', iat: at, nbf: at - 5, exp: at + 86_400, jti: `jti-${tokens++}` };
  return new SignJWT({ ...all, sub: `stores/${HASH}`, ...claims }).setProtectedHeader({ alg }).sign(key);
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = createPublicKey(rsa.privateKey).export({ type: 'spki', format: 'pem' }) as string;
const seconds = (ago: number) => Math.floor(Date.now() / 1000) - ago;

const forgeries: [string, () => string | Promise<string>][] = [
  ['nothing', () => ''],
  ['no token', () => 'not.a.token'],
  ['alg none', () => new UnsecuredJWT({ sub: `stores/${HASH}`, iss: 'bc', aud: APP.clientId, jti: 'x' }).encode()],
  ['RS256', () => sign({ alg: 'RS256', key: rsa.privateKey })],
  ['HS256 under a public key', () => sign({ key: new TextEncoder().encode(publicPem) })],
  ['HS512 under the secret', () => sign({ alg: 'HS512', key: secret })],
  ['another secret', () => sign({ key: new TextEncoder().encode('another-secret-of-some-length-0') })],
  ['another audience', () => sign({ claims: { aud: 'another-app' } })],
  ['another issuer', () => sign({ claims: { iss: 'https://evil.example' } })],
  ['an end that is past', () => sign({ claims: { exp: seconds(120) } })],
  ['a beginning that is to come', () => sign({ claims: { nbf: seconds(-600) } })],
  ['an age of two days', () => sign({ age: 200_000, claims: { exp: seconds(-600) } })],
  ['no end', () => sign({ claims: { exp: undefined } })],
  ['no id', () => sign({ claims: { jti: undefined } })],
  ['an empty id', () => sign({ claims: { jti: '' } })],
  ['a page of claims', () => sign({ claims: { url: 'x'.repeat(4096) } })],
  ['no store', () => sign({ claims: { sub: undefined } })],
  ['a store with ..', () => sign({ claims: { sub: 'stores/../abc123' } })],
  ['a list of stores', () => sign({ claims: { sub: [`stores/${HASH}`] } })],
];

describe('a signed callback', () => {
  it.each(forgeries)('with %s is refused, whatever it is for', async (_, forge) => {
    for (const path of ['load', 'uninstall', 'remove_user']) {
      const refused = await get(`/${path}?signed_payload_jwt=${encodeURIComponent(await forge())}`);
      expect(refused).toMatchObject({ status: 401 });
      expect(refused.text).not.toContain('shop');
    }
    expect(await findRefusal(http.db, sourceId)).toBeUndefined();
  });

  it('that BigCommerce made is taken, also with a clock that differs by some seconds', async () => {
    http.moveClock(-30_000);
    const shown = await get(`/load?signed_payload_jwt=${await sign()}`);
    expect(shown).toMatchObject({ status: 200 });
    expect(shown.text).toContain('shop');
    expect(await get(`/remove_user?signed_payload_jwt=${await sign()}`)).toMatchObject({ status: 200 });
    http.moveClock(25 * 3_600_000);
    expect(await get(`/remove_user?signed_payload_jwt=${await sign()}`)).toMatchObject({ status: 401 });
  });

  it('shows how many requests wait and failed, and the open alarms, none of which is taken for a part of the page', async () => {
    const addTo = async (id: number, states: string[], message: string) => {
      const request = { source_id: id, document: '{}', digest: 'x', checks: '[]' };
      const rows = states.map((processing, index) => ({ ...request, processing, number: `${message} ${index}` }));
      await http.db
        .insertInto('fulfillment_requests')
        .values(rows as never)
        .execute();
      const at = { started_at: new Date(), seen_at: new Date() };
      const alarm = { source_id: id, cause: 'requests_failed', message, hint: 'h', details: '{}', ...at };
      await http.db.insertInto('alarms').values(alarm).execute();
    };
    await addTo(sourceId, ['failed', 'failed', 'unprocessed', 'unprocessed', 'unprocessed'], '2 of <b>shop</b> failed');
    await addTo(await addSource(http.db, 'foreign'), ['failed', 'unprocessed'], 'of another store');
    const { text } = await get(`/load?signed_payload_jwt=${await sign()}`);
    const counts = [...text.matchAll(/<th>(Requests [^<]*)<\/th>\s*<td class="([^"]*)">(\d+)</g)];
    expect(counts.map(([, ...cells]) => cells.join(' '))).toEqual([
      'Requests under way number 0',
      'Requests that failed number bad 2',
      'Requests to be processed number 3',
    ]);
    expect(text.match(/<p class="alarm">[^<]*/g)).toEqual(['<p class="alarm">2 of &lt;b&gt;shop&lt;/b&gt; failed ']);
    expect(text).not.toMatch(/No open alarms|another store/);
    for (const table of ['alarms', 'fulfillment_requests'] as const) await http.db.deleteFrom(table).execute();
  });

  it('of another store shows nothing of this one, and ends nothing of it', async () => {
    const other = await sign({ claims: { sub: 'stores/other1' } });
    const shown = await get(`/load?signed_payload_jwt=${other}`);
    expect(shown).toMatchObject({ status: 200 });
    expect(shown.text).not.toContain('shop');
    expect(await get(`/uninstall?signed_payload_jwt=${other}`)).toMatchObject({ status: 200 });
    expect(await findRefusal(http.db, sourceId)).toBeUndefined();
  });

  it('ends an installation once, and none that is younger than it', async () => {
    await get(`/uninstall?signed_payload_jwt=${await sign({ age: 3600 })}`);
    expect(await findRefusal(http.db, sourceId)).toBeUndefined();
    const told = await sign();
    expect(await get(`/uninstall?signed_payload_jwt=${told}`)).toMatchObject({ status: 200 });
    expect(await findRefusal(http.db, sourceId)).toMatchObject({ code: 'app_uninstalled' });
    await http.db.deleteFrom('connection_refusals').execute();
    await get(`/uninstall?signed_payload_jwt=${told}`);
    expect(await findRefusal(http.db, sourceId)).toBeUndefined();
  });
});

describe('the server', () => {
  it('says that it is ready while Temporal is away, for it can take things in', async () => {
    expect(JSON.parse((await get('/healthz')).text)).toEqual({ ok: true });
    expect(JSON.parse((await get('/readyz')).text)).toEqual({ ok: true, database: true, temporal: false });
  });

  it('takes no large body: it says so before the body is there', async () => {
    const fifty = 50 * 1024 * 1024;
    const head = `POST /load HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${fifty}\r\n\r\n{`;
    expect(await speak(http.port, head)).toMatch(/^HTTP\/1.1 (413|404)/);
  });

  it('gives up on a request whose head does not come', async () => {
    expect(await speak(http.port, 'GET /healthz HTTP/1.1\r\nHost:')).toMatch(/^HTTP\/1.1 408/);
  });

  it('limits what one caller may ask, as a proxy on this machine names it', async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 32; count++) {
      const headers = { 'x-forwarded-for': '203.0.113.9' };
      statuses.push((await fetch(`${http.url}/load`, { headers })).status);
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    expect((await fetch(`${http.url}/load`, { headers: { 'x-forwarded-for': '203.0.113.10' } })).status).toBe(401);
    // Also whoever only looks for what there might be.
    const looking = Array.from({ length: 310 }, (_, index) =>
      fetch(`${http.url}/${index}`, { headers: { 'x-forwarded-for': '203.0.113.11' } }).then(({ status }) => status),
    );
    expect((await Promise.all(looking)).filter((status) => status === 429)).toHaveLength(10);
  });

  it('writes no address into its log: only routes as they are declared', async () => {
    await get('/load?signed_payload_jwt=canary-in-the-address');
    await get('/nowhere/canary-in-the-path');
    expect(http.log()).toContain('"route":"/load"');
    expect(http.log()).not.toMatch(/canary|203\.0\.113|eyJ/);
  });
});
