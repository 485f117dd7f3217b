import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { findRefusal } from '../../../database/connection-refusals.ts';
import { choosePorts } from '../../../local/ports.ts';
import { stackStatus } from '../../../local/status.ts';
import { awaitInstall, beginConnecting } from '../../connect.ts';
import { knownError } from '../../errors.ts';
import { followRun, startJob } from '../../jobs.ts';
import { homeFolder, requireSource } from '../../session.ts';
import type { Session } from '../../session.ts';
import { applySource } from '../../sources.ts';
import { testSource } from './connection-report.ts';
import type { DemoStory } from './demo-steps.ts';

type Say = (text: string) => void;

/** The app of the tour; the simulated store knows no other. */
const APP = { BIGCOMMERCE_CLIENT_ID: 'demo-app', BIGCOMMERCE_CLIENT_SECRET: 'demo-app-secret-0123456789' };
const SOURCE = 'acme-app';
const SCOPES = ['store_v2_information_read_only', 'store_v2_products_read_only'];
const FILE = `name: ${SOURCE}
connection: { type: oauth, storeHash: demo }
inventory: { archiveMissing: true, untrackedQuantity: 0 }
`;

let server: ChildProcess | undefined;

/** Puts the app into the environment; the session of the tour is opened with it. */
export async function chooseApp(): Promise<void> {
  const { serve } = await choosePorts(['serve']);
  Object.assign(process.env, APP, { BCSOURCE_PUBLIC_URL: `http://127.0.0.1:${serve}` });
}

/** Registers the app as in the Developer Portal, and starts the server that its callbacks go to. */
export async function startServing({ session }: DemoStory, say: Say): Promise<void> {
  const url = session.settings.publicUrl!;
  const callbacks = { auth: `${url}/auth`, load: `${url}/load`, uninstall: `${url}/uninstall` };
  const app = { secret: APP.BIGCOMMERCE_CLIENT_SECRET, name: 'bcsource', scopes: SCOPES, callbacks };
  await control(`apps/${APP.BIGCOMMERCE_CLIENT_ID}`, 'PUT', app);
  const main = fileURLToPath(new URL('../main.js', import.meta.url));
  const { hostname, port } = new URL(url);
  server = spawn(process.execPath, [main, 'serve', '--host', hostname, '--port', port], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await untilServing(server);
  say(`bcsource serve answers at ${url}`);
}

async function untilServing(child: ChildProcess): Promise<void> {
  let said = '';
  const isServing = new Promise<void>((resolve) => {
    child.stderr!.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
      if (said.includes('serving http')) resolve();
    });
  });
  await Promise.race([isServing, once(child, 'exit')]);
  if (hasEnded(child)) throw knownError('internal', `bcsource serve ended: ${said}`);
}

// Ctrl-C in a terminal reaches it too: while it starts, it ends by the signal itself.
function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Ends the server; the stack goes on. */
export async function stopServing(): Promise<void> {
  if (!server || hasEnded(server)) return;
  server.kill('SIGTERM');
  await once(server, 'exit');
}

/** As a supplier would in a browser: opens the install link, chooses its store, and agrees. */
export async function installApp({ session, signal }: DemoStory, say: Say): Promise<void> {
  await applySource(session, FILE, 'the example');
  const connecting = await beginConnecting(session, SOURCE, undefined);
  say(`Install link: ${connecting.link}`);
  const body = new URLSearchParams({ store: connecting.storeHash });
  await fetch(connecting.link, { method: 'POST', body });
  await awaitInstall(session, connecting, { timeoutMs: 30_000, signal });
  const { report } = await testSource(session, SOURCE);
  say(`Installed and tested: ${report.store?.name}, no scope missing, the token is stored encrypted`);
}

export async function importByApp(story: DemoStory, say: Say): Promise<void> {
  const started = await startJob(story.session, 'inventory', SOURCE);
  const { run, failure } = await followRun(story.session, started, say, story.signal);
  if (run?.status !== 'completed') throw knownError('internal', failure?.message ?? 'The import did not complete.');
  say(`${run.counts['products']} products, ${run.counts['items']} items with ${run.requests} requests`);
}

/** The store takes the app out and puts it in again: jobs wait meanwhile, and go on by themselves. */
export async function reinstallApp({ session }: DemoStory, say: Say): Promise<void> {
  await control(`apps/${APP.BIGCOMMERCE_CLIENT_ID}/uninstall`, 'POST', {});
  say(`Uninstalled in the store: ${(await refusalOf(session))?.message ?? 'nobody was told'} All jobs wait.`);
  await fetch(await frameOf(await panelUrl()));
  say((await refusalOf(session)) ? 'It still waits.' : 'Installed again: all jobs go on');
}

async function refusalOf(session: Session) {
  const source = await requireSource(session, SOURCE);
  return findRefusal(await session.database(), source.id);
}

/** What the control panel shows of the app, as lines of text. */
export async function showPage(_story: DemoStory, say: Say): Promise<void> {
  const page = await (await fetch(await frameOf(await panelUrl()))).text();
  const text = page.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<[^>]+>/g, ' ');
  say(
    text
      .replace(/\s+/g, ' ')
      .replace(/^.*?Store/, 'Store')
      .trim(),
  );
}

/** Where to look at it in a browser. */
export async function panelUrl(): Promise<string> {
  return `${await simulatorUrl()}/manage/demo/app/${APP.BIGCOMMERCE_CLIENT_ID}`;
}

async function frameOf(panel: string): Promise<string> {
  const [, source = ''] = /<iframe [^>]*src="([^"]*)"/.exec(await (await fetch(panel)).text()) ?? [];
  return source.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}

async function control(path: string, method: 'PUT' | 'POST', body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const url = `${await simulatorUrl()}/_control/${path}`;
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw knownError('internal', `The simulator refused ${path}: ${await response.text()}`);
}

async function simulatorUrl(): Promise<string> {
  return (await stackStatus(homeFolder())).simulatorUrl!;
}
