import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { stackEnvironment } from '../../local/environment.ts';
import { identify } from '../../local/processes.ts';
import { stackStatus, stopStack } from '../../local/status.ts';
import { waitFor } from '../helpers/wait.ts';
import { useHomes } from './homes.ts';
import { PARTS, stopForeground } from './sandbox.ts';

const silent = (): void => undefined;

const { pathOf, newHome, start, stop } = useHomes();

test('parts that outlive a killed supervisor are usable, and ended by the next start', async () => {
  const home = newHome('used');
  const first = await start(home, { simulator: true });
  const before = await stackStatus(home);
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  expect(await stackStatus(home)).toEqual(before);
  const second = await start(home, { simulator: true });
  for (const part of PARTS) expect(identify(before.pids[part]!, null)).toBeNull();
  await stop(second);
});

test('parts that outlive a killed supervisor are ended by stop, also when the state file is lost', async () => {
  const home = newHome('lost');
  const stack = await start(home, { simulator: true });
  const { pids } = await stackStatus(home);
  process.kill(stack.pid, 'SIGKILL');
  await stack.exited;
  if (process.platform === 'linux') writeFileSync(join(home, 'stack.json'), 'half a fi');
  expect(await stopStack(home, silent)).toBe(true);
  for (const part of PARTS) expect(identify(pids[part]!, null)).toBeNull();
});

test('a part that cannot start fails the start with the end of its log, and nothing is left running', async () => {
  const home = newHome('broken');
  const cliPath = pathOf('broken.mjs');
  writeFileSync(cliPath, "if (process.argv[2] === 'worker') { console.error('no such task queue'); process.exit(3); }");
  await expect(start(home, { cliPath })).rejects.toThrow(/exit code 3[^]*no such task queue/);
  expect((await stackStatus(home)).running).toBe(false);
  expect(await stopStack(home, silent)).toBe(false);
});

test('a second Ctrl-C waits for nobody', async () => {
  const home = newHome('stubborn');
  const cliPath = pathOf('stubborn.mjs');
  writeFileSync(cliPath, readFileSync(pathOf('cli.mjs'), 'utf8').replace('process.exit(0));\n', '{});\n'));
  const stack = await start(home, { cliPath });
  process.kill(stack.pid, 'SIGINT');
  await waitFor('the worker to be asked', () => stack.events().some((event) => event.part === 'worker'));
  const startedAt = Date.now();
  expect(await stopForeground(stack, 'SIGINT')).toBe(0);
  expect(Date.now() - startedAt).toBeLessThan(15_000);
  expect((await stackStatus(home)).pids).toEqual({ postgres: null, temporal: null, worker: null, simulator: null });
});

test('the worker gets the settings of this stack, and none of another cluster', async () => {
  const home = newHome('settings');
  const env = { TEMPORAL_ADDRESS: 'cloud.example:7233', TEMPORAL_API_KEY: 'secret', PGSSLMODE: 'require' };
  const stack = await start(home, { simulator: true, env });
  const settings = (await stackEnvironment(home))!;
  const status = await stackStatus(home);
  expect(settings).toMatchObject({ DATABASE_URL: status.databaseUrl, TEMPORAL_ADDRESS: status.temporalAddress });
  expect(Buffer.from(settings.BCSOURCE_ENCRYPTION_KEY!, 'base64')).toHaveLength(32);
  expect(statSync(join(home, 'encryption.key')).mode & 0o777).toBe(0o600);
  const worker = readFileSync(join(home, 'logs', 'worker.log'), 'utf8');
  expect(worker).toContain(`"address":"${status.temporalAddress}","api":"${status.simulatorUrl}"`);
  if (process.platform === 'linux') {
    expect(readFileSync(`/proc/${status.pids.worker}/environ`, 'utf8')).not.toMatch(/TEMPORAL_API_KEY|PGSSLMODE/);
  }
  await stop(stack);
});
