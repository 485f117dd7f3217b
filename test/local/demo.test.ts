import { expect, it } from '@jest/globals';
import { runCommand } from '../helpers/processes.ts';
import { stackStatus } from '../../local/status.ts';
import { useHomes } from './homes.ts';

const { newHome } = useHomes();

it('the tour by an installed app installs it, takes it out and puts it in again, and leaves nothing running', async () => {
  const home = newHome('demo');
  const alone = { DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined, BCSOURCE_HOME: home };
  const { exitCode, stdout, stderr } = await runCommand(['demo', '--oauth', '--exit', '--products', '50'], alone);
  const said = stdout + stderr;
  expect([exitCode, said]).toEqual([0, expect.stringMatching(/Installed and tested: .+, no scope missing/)]);
  expect(said).toMatch(/Uninstalled in the store: .+ All jobs wait\./);
  expect(said).toMatch(/Installed again: all jobs go on/);
  expect(await stackStatus(home)).toMatchObject({ running: false });
  const [, served] = /bcsource serve answers at (http:\S+)/.exec(said)!;
  await expect(fetch(`${served}/healthz`)).rejects.toThrow('fetch failed');
}, 240_000);
