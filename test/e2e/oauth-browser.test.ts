import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { APP, startServer } from '../helpers/server.ts';
import type { TestServer } from '../helpers/server.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { stopSystem } from './support.ts';

let system: TestSystem;
let server: TestServer;
let browser: Browser;
const complaints: string[] = [];

beforeAll(async () => {
  const executablePath = process.env['BCSOURCE_TEST_BROWSER'] || '/usr/bin/chromium';
  if (!existsSync(executablePath))
    throw new Error(`${executablePath} is missing; BCSOURCE_TEST_BROWSER names another.`);
  system = await startSystem(['--products', '5']);
  server = await startServer(system);
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
});
afterAll(async () => {
  await browser.close();
  await server.process.stop();
  await stopSystem(system);
});

/** A page of its own; whatever the browser refuses to do there is noted. */
async function openPage(): Promise<Page> {
  const page = await browser.newPage();
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  return page;
}

/** Agrees to the app on the page of the store. */
async function install(): Promise<Page> {
  const page = await openPage();
  await page.goto(`${system.simulator.url}/app/${APP.clientId}/install`);
  await page.getByLabel('Store').selectOption('demo');
  await page.getByRole('button', { name: 'Install' }).click();
  return page;
}

it('a person installs the app in a browser, and sees its page in the frame of the control panel', async () => {
  const file = 'name: shop\nconnection: { type: oauth, storeHash: demo }\ninventory: { untrackedQuantity: 5 }\n';
  expect(await system.cli(['source', 'apply', '-'], file)).toMatchObject({ exitCode: 0 });
  const { link } = (await system.cli(['source', 'connect', 'shop', '--no-wait', '--json'])).json<{ link: string }>();
  expect(link).toBe(`${system.simulator.url}/app/${APP.clientId}/install`);
  const page = await install();
  await page.waitForURL(/install\/succeeded$/);
  expect((await system.cli(['source', 'test', 'shop', '--json'])).json()).toMatchObject({ ok: true });

  await page.goto(`${system.simulator.url}/manage/demo/app/${APP.clientId}`);
  const frame = page.frameLocator('iframe');
  await frame.getByRole('heading', { name: 'shop' }).waitFor();
  expect(await frame.getByText('No open alarms.').count()).toBe(1);
  // Only with its style, which the policy lets through by its digest.
  const color = await page.frames().at(-1)!.evaluate("getComputedStyle(document.querySelector('.good')).color");
  expect(color).toBe('rgb(24, 121, 78)');
  // The simulator has no icon; everything else that a browser refuses it says by naming the policy.
  expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
});

it('a person whose app asks for too little is told which scopes it lacks, and the source is as it was', async () => {
  await server.registerApp(['store_v2_information_read_only']);
  const page = await install();
  await page.getByText('store_v2_products').first().waitFor();
  expect(page.url()).toContain(server.url);
  await server.registerApp();
});

it('a person takes the app out of the store, and installs it again', async () => {
  await system.simulator.control('POST', `apps/${APP.clientId}/uninstall`, {});
  const refused = await system.cli(['inventory', 'import', 'shop', '--wait', '--json']);
  expect(refused.json()).toMatchObject({ error: { code: 'app_uninstalled' } });
  const page = await install();
  await page.waitForURL(/install\/succeeded$/);
  expect((await system.cli(['source', 'test', 'shop', '--json'])).json()).toMatchObject({ ok: true });
});

it('another site cannot put the page into a frame of its own', async () => {
  const { url } = await system.simulator.control<{ url: string }>('GET', `apps/${APP.clientId}/signed-url/load`);
  const page = await openPage();
  // The same machine by another name is another site to a browser.
  await page.route('http://elsewhere.test/', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<iframe src="${url}"></iframe>` }),
  );
  await page.goto('http://elsewhere.test/');
  // In its place the browser shows an error page of its own.
  await waitFor('the refusal', () => page.frames().at(-1)!.url().startsWith('chrome-error:'));
  expect(page.frames()).toHaveLength(2);
});
