import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { runCommand, startCommand } from '../helpers/processes.ts';
import { stackStatus, stopStack } from '../../local/status.ts';
import { waitFor } from '../helpers/wait.ts';
import { useHomes } from './homes.ts';

const { newHome } = useHomes();

const alone = (home: string) => ({ DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined, BCSOURCE_HOME: home });

/** Presses Ctrl-C, which reaches all that it has begun, when the tour has said this; answers what it said in all. */
async function interruptAt(sign: string, home: string, ...options: string[]): Promise<string> {
  const child = startCommand(['demo', '--products', '50', ...options], alone(home), { detached: true });
  let said = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close');
  await waitFor(`the tour to say ${sign}`, () => said.includes(sign));
  process.kill(-child.pid!, 'SIGINT');
  expect([(await ended)[0], said]).toEqual([130, expect.stringContaining('Error (interrupted)')]);
  return said;
}

/** What the tour says, on a stack of its own that it leaves stopped. */
async function tour(...options: string[]): Promise<string> {
  const home = newHome('demo');
  const { exitCode, stdout, stderr } = await runCommand(
    ['demo', '--exit', '--products', '50', ...options],
    alone(home),
  );
  const said = stdout + stderr;
  expect([exitCode, said]).toEqual([0, expect.stringContaining('[COMPLETED]')]);
  expect(await stackStatus(home)).toMatchObject({ running: false });
  return said;
}

it('the tour by an installed app installs it, takes it out and puts it in again, and leaves nothing running', async () => {
  const said = await tour('--oauth');
  expect(said).toMatch(/Installed and tested: .+, no scope missing/);
  expect(said).toMatch(/Uninstalled in the store: .+ All jobs wait\./);
  expect(said).toMatch(/Installed again: all jobs go on/);
  const [, served] = /bcsource serve answers at (http:\S+)/.exec(said)!;
  await expect(fetch(`${served}/healthz`)).rejects.toThrow('fetch failed');
}, 240_000);

it('the tour shows what shipped in one package, in two, and in part', async () => {
  const said = await tour();
  expect(said).toMatch(/SHIP-1001 is shipped\. Shipped: 1 package \(\w+\)\./);
  expect(said).toMatch(
    /SHIP-1002 is partially shipped\. .+ 1 of 2 items shipped\.[^]+SHIP-1002 is shipped\. Shipped: 2 packages/,
  );
  expect(said).toMatch(
    /SHIP-1003 is partially shipped\. .+ 1 of 3 items shipped\.[^]+SHIP-1003 is shipped\. Shipped: 2 packages/,
  );
}, 240_000);

it('a tour that is interrupted ends its server, and its stack where it was to end', async () => {
  const home = newHome('interrupted');
  const said = await interruptAt('bcsource serve answers at', home, '--oauth', '--exit');
  const [, served] = /bcsource serve answers at (http:\S+)/.exec(said)!;
  await expect(fetch(`${served}/healthz`)).rejects.toThrow('fetch failed');
  expect(await stackStatus(home)).toMatchObject({ running: false, pids: { postgres: null, worker: null } });
}, 240_000);

it('a tour that is interrupted while its server starts says so, not that its server has ended', async () => {
  const home = newHome('server');
  expect(await interruptAt('[STARTED] Register an app', home, '--oauth', '--exit')).not.toContain('serve ended');
  expect(await stackStatus(home)).toMatchObject({ running: false });
}, 240_000);

it('a tour that is interrupted in the middle says that its stack goes on', async () => {
  const home = newHome('goes-on');
  expect(await interruptAt('[STARTED] Get Inventory', home)).toContain('`bcsource stop` stops it');
  expect(await stackStatus(home)).toMatchObject({ running: true });
}, 240_000);

it('a tour that is interrupted while its stack starts leaves nothing running', async () => {
  const home = newHome('early');
  await interruptAt('Starting Postgres', home);
  expect(await stackStatus(home)).toMatchObject({ running: false, pids: { postgres: null, temporal: null } });
  expect(await stopStack(home, () => undefined)).toBe(false);
}, 240_000);

it('a tour leaves a stack alone that has no simulated store, and does not stop it either', async () => {
  const home = newHome('foreign');
  expect(await runCommand(['dev', '--detach', '--no-simulator'], alone(home))).toMatchObject({ exitCode: 0 });
  const { exitCode, stderr } = await runCommand(['demo', '--exit'], alone(home));
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('nothing was changed')]);
  expect((await runCommand(['source', 'list', '--json'], alone(home))).json()).toEqual([]);
  expect(await stackStatus(home)).toMatchObject({ running: true });
}, 240_000);
