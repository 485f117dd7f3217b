import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { stopStack } from '../../local/status.ts';
import { type Foreground, makeSandbox, query, type Sandbox, startForeground, stopForeground } from './sandbox.ts';

const NOBODY = { uid: 65_534, gid: 65_534 };
const asRoot = process.getuid?.() === 0 ? test : test.skip;
const silent = (): void => undefined;

let sandbox: Sandbox;
let homes: string[] = [];

beforeAll(() => {
  sandbox = makeSandbox();
});

afterAll(() => sandbox.remove());

afterEach(async () => {
  for (const home of homes) await stopStack(home, silent);
  homes = [];
});

function newHome(...path: string[]): string {
  const home = join(sandbox.folder, ...path);
  homes.push(home);
  return home;
}

async function expectAnswer(home: string): Promise<void> {
  expect(await query(home, 'select current_database() as name')).toEqual([{ name: 'bcsource' }]);
}

async function stop(stack: Foreground): Promise<void> {
  expect(await stopForeground(stack, 'SIGTERM')).toBe(0);
}

asRoot('a home that the user of Postgres cannot reach has its data elsewhere, said once and kept', async () => {
  mkdirSync(join(sandbox.folder, 'closed'), { mode: 0o700 });
  const home = newHome('closed', 'home');
  const first = await startForeground(sandbox, home, { simulator: false });
  const { folder } = JSON.parse(readFileSync(join(home, 'postgres-folder.json'), 'utf8')) as { folder: string };
  try {
    expect(folder.startsWith(home)).toBe(false);
    expect(first.events().filter((event) => event.type === 'warning')).toHaveLength(1);
    await expectAnswer(home);
    await stop(first);
    const second = await startForeground(sandbox, home, { simulator: false });
    expect(second.events().filter((event) => event.type === 'warning')).toHaveLength(0);
    await expectAnswer(home);
    await stop(second);
  } finally {
    await stopStack(home, silent);
    rmSync(folder, { recursive: true, force: true });
  }
});

asRoot('an ordinary user runs a stack as well', async () => {
  const home = newHome('nobody', 'home');
  mkdirSync(join(sandbox.folder, 'nobody'));
  chownSync(join(sandbox.folder, 'nobody'), NOBODY.uid, NOBODY.gid);
  const cli = join(sandbox.folder, 'temporal');
  copyFileSync(process.env.TEST_TEMPORAL_CLI!, cli);
  chmodSync(cli, 0o755);
  const reached = spawnSync(process.execPath, [join(sandbox.compiled, 'claims.js')], { ...NOBODY, cwd: '/' });
  // Node or the project may lie in root's own folder, where nobody else can run anything.
  if (reached.status !== 0) return;
  const env = { BCSOURCE_TEMPORAL_CLI: cli, HOME: join(sandbox.folder, 'nobody') };
  const stack = await startForeground(sandbox, home, { ...NOBODY, env, simulator: false });
  await expectAnswer(home);
  expect(statSync(join(home, 'postgres', 'data')).uid).toBe(NOBODY.uid);
  expect(existsSync(join(home, 'postgres-folder.json'))).toBe(false);
  await stop(stack);
  // Root takes over a home of somebody else as that user.
  const root = await startForeground(sandbox, home, { env, simulator: false });
  await expectAnswer(home);
  await stop(root);
});
