import { expect, it } from '@jest/globals';
import { runCommand } from '../helpers/processes.ts';
import { stackStatus } from '../../local/status.ts';
import { useHomes } from './homes.ts';

const { newHome } = useHomes();

/** What the tour says, on a stack of its own that it leaves stopped. */
async function tour(...options: string[]): Promise<string> {
  const home = newHome('demo');
  const alone = { DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined, BCSOURCE_HOME: home };
  const { exitCode, stdout, stderr } = await runCommand(['demo', '--exit', '--products', '50', ...options], alone);
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
