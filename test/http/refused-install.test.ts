import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { saveSource } from '../../database/sources.ts';
import { json, startStub } from '../bigcommerce/server.ts';
import type { StubServer } from '../bigcommerce/server.ts';
import { startHttp } from '../helpers/http.ts';
import { APP } from '../helpers/server.ts';

let login: StubServer;
let http: Awaited<ReturnType<typeof startHttp>>;

beforeAll(async () => {
  login = await startStub();
  http = await startHttp({ loginUrl: login.url });
  const draft = { name: 'shop', connectionType: 'oauth' as const, storeHash: 'abc123', document: '', settings: {} };
  await saveSource(http.db, draft, () => Promise.resolve());
});
afterAll(async () => {
  await http.stop();
  await login.close();
});

it('an installation of an app with another callback says why, and what to compare, without what is secret', async () => {
  // As BigCommerce says it, and with what it may quote. Cut off in the middle a secret would be told in part.
  const said = `Invalid redirect uri. code-778\n${APP.secret} ${'x'.repeat(220)}${APP.secret.repeat(9)}`;
  login.answer = json({ error: said }, 400);
  const query = new URLSearchParams({ code: 'code-778', scope: 'store_v2_products', context: 'stores/abc123' });
  const response = await fetch(`${http.url}/auth?${query}`);
  expect(response.status).toBe(502);
  for (const place of [await response.text(), http.log()]) {
    expect(place).toMatch(/rejected POST oauth2\/token \(400\): Invalid redirect uri\. \[code\] \[secret\] x{220}\[/);
    expect(place).toContain('must be http://127.0.0.1:1/auth (BCSOURCE_PUBLIC_URL + /auth)');
    expect(place).not.toMatch(/client-secret|code-778|(\[secret\]){8}/);
  }
});
