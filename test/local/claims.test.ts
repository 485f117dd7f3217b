import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { claimHome, holderOf, StackBusyError } from '../../local/claims.ts';
import { type Home, openHome } from '../../local/home.ts';
import { identify } from '../../local/processes.ts';

let home: Home;

beforeEach(async () => {
  home = await openHome(await mkdtemp(join(tmpdir(), 'bcsource-claims-')));
});

afterEach(() => rm(home.folder, { recursive: true, force: true }));

test('of many who claim a home at once one gets it', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => claimHome(home, 3_000)));
  expect(outcomes.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
  const refused = outcomes.find((each) => each.status === 'rejected') as PromiseRejectedResult;
  expect(refused.reason).toBeInstanceOf(StackBusyError);
});

test('a released claim can be had again', async () => {
  await (await claimHome(home)).release();
  expect(await holderOf(home)).toBeNull();
  await (await claimHome(home, 0)).release();
});

test('the claims of dead processes, of reused pids and damaged ones are cleared away', async () => {
  const dead = { pid: 2 ** 22 + 1, startedAt: 'another boot 1', home: null };
  const reused = { ...identify(process.ppid, null), startedAt: 'another boot 1' };
  await writeFile(join(home.claims, 'dead.json'), JSON.stringify(dead));
  await writeFile(join(home.claims, 'reused.json'), JSON.stringify(reused));
  await writeFile(join(home.claims, 'damaged.json'), '{"pid":');
  const claim = await claimHome(home, 0);
  expect(await readdir(home.claims)).toHaveLength(1);
  await claim.release();
});
