import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { stopStack } from '../../local/status.ts';
import { useHomes } from './homes.ts';

const NOBODY = { uid: 65_534, gid: 65_534 };
const asRoot = process.getuid?.() === 0 ? test : test.skip;
const look = `require('node:fs').accessSync(${JSON.stringify(import.meta.dirname)})`;
/** Node or the project may lie in root's own folder, where nobody else can run anything. */
const isReachable = spawnSync(process.execPath, ['-e', look], { ...NOBODY, cwd: '/' }).status === 0;
const onReachableGround = isReachable ? asRoot : test.skip;
const silent = (): void => undefined;

const { pathOf, newHome, start, expectAnswer, stop } = useHomes();

asRoot('a home that the user of Postgres cannot reach has its data elsewhere, said once and kept', async () => {
  mkdirSync(pathOf('closed'), { mode: 0o700 });
  const home = newHome('closed', 'home');
  const first = await start(home);
  const { folder } = JSON.parse(readFileSync(join(home, 'postgres-folder.json'), 'utf8')) as { folder: string };
  try {
    expect(folder.startsWith(home)).toBe(false);
    expect(first.events().filter((event) => event.type === 'warning')).toHaveLength(1);
    await expectAnswer(home);
    await stop(first);
    const second = await start(home);
    expect(second.events().filter((event) => event.type === 'warning')).toHaveLength(0);
    await expectAnswer(home);
    await stop(second);
  } finally {
    await stopStack(home, silent);
    rmSync(folder, { recursive: true, force: true });
  }
});

onReachableGround('an ordinary user runs a stack as well', async () => {
  const home = newHome('nobody', 'home');
  mkdirSync(pathOf('nobody'));
  chownSync(pathOf('nobody'), NOBODY.uid, NOBODY.gid);
  const cli = pathOf('temporal');
  copyFileSync(process.env.TEST_TEMPORAL_CLI!, cli);
  chmodSync(cli, 0o755);
  const env = { BCSOURCE_TEMPORAL_CLI: cli, HOME: pathOf('nobody') };
  const stack = await start(home, { ...NOBODY, env });
  await expectAnswer(home);
  expect(statSync(join(home, 'postgres', 'data')).uid).toBe(NOBODY.uid);
  expect(existsSync(join(home, 'postgres-folder.json'))).toBe(false);
  await stop(stack);
  // Root takes over a home of somebody else as that user.
  const root = await start(home, { env });
  await expectAnswer(home);
  await stop(root);
});
