import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { canAccess, postgresUser } from '../../local/os-user.ts';
import { copyPostgres, findPostgres, programPath } from '../../local/postgres-binaries.ts';
import { choosePlace } from '../../local/postgres-place.ts';
import { stackStatus, stopStack } from '../../local/status.ts';
import { type Foreground, makeSandbox, type Sandbox, startForeground } from './sandbox.ts';

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

async function answer(home: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: (await stackStatus(home)).databaseUrl! });
  await client.connect();
  const { rows } = await client.query<{ current_database: string }>('select current_database()');
  await client.end();
  return rows[0]?.current_database;
}

async function stop(stack: Foreground): Promise<void> {
  process.kill(stack.pid, 'SIGTERM');
  expect(await stack.exited).toBe(0);
}

test('two homes run side by side, and a stack avoids a port that was taken meanwhile', async () => {
  const [one, other] = [newHome('one'), newHome('other')];
  const first = await startForeground(sandbox, one, { simulator: false });
  const second = await startForeground(sandbox, other, { simulator: false });
  const before = await stackStatus(one);
  expect(before.simulatorUrl).toBeNull();
  expect(before.databaseUrl).not.toBe((await stackStatus(other)).databaseUrl);
  await stop(first);
  expect(await answer(other)).toBe('bcsource');

  const busy = Number(new URL(before.databaseUrl!).port);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(busy, '127.0.0.1', resolve));
  try {
    const again = await startForeground(sandbox, one, { simulator: false });
    expect(again.events().map((event) => event.message)).toContainEqual(
      expect.stringContaining(`Port ${busy} of postgres`),
    );
    const after = await stackStatus(one);
    expect(Number(new URL(after.databaseUrl!).port)).not.toBe(busy);
    expect(after.temporalAddress).toBe(before.temporalAddress);
    expect(await answer(one)).toBe('bcsource');
    await stop(again);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  await stop(second);
});

asRoot('a home that the user of Postgres cannot reach has its data elsewhere, said once and kept', async () => {
  mkdirSync(join(sandbox.folder, 'closed'), { mode: 0o700 });
  const home = newHome('closed', 'home');
  const first = await startForeground(sandbox, home, { simulator: false });
  const { folder } = JSON.parse(readFileSync(join(home, 'postgres-folder.json'), 'utf8')) as { folder: string };
  try {
    expect(folder.startsWith(home)).toBe(false);
    expect(first.events().filter((event) => event.type === 'warning')).toHaveLength(1);
    expect(await answer(home)).toBe('bcsource');
    await stop(first);
    const second = await startForeground(sandbox, home, { simulator: false });
    expect(second.events().filter((event) => event.type === 'warning')).toHaveLength(0);
    expect(await answer(home)).toBe('bcsource');
    await stop(second);
  } finally {
    await stopStack(home, silent);
    rmSync(folder, { recursive: true, force: true });
  }
});

asRoot('data that can no longer be reached is not deleted and not replaced', async () => {
  const closed = join(sandbox.folder, 'closed-later');
  const [home, user] = [join(closed, 'home'), (await postgresUser())!];
  mkdirSync(join(home, 'postgres', 'data'), { recursive: true });
  chmodSync(closed, 0o700);
  const options = { home, user, binaries: await findPostgres(), onEvent: silent, sharedFolder: sandbox.folder };
  await expect(choosePlace(options)).rejects.toThrow(/can no longer reach its data/);
  expect(existsSync(join(home, 'postgres', 'data'))).toBe(true);
});

asRoot('programs that the user of Postgres cannot reach are copied to where it can', async () => {
  const closed = join(sandbox.folder, 'closed-programs');
  mkdirSync(closed, { mode: 0o700 });
  const user = (await postgresUser())!;
  const binaries = await copyPostgres(await findPostgres(), closed);
  expect(await canAccess(user, programPath(binaries, 'postgres'), 'execute')).toBe(false);
  const sharedFolder = join(sandbox.folder, 'shared');
  const home = join(sandbox.folder, 'open-home');
  mkdirSync(home);
  const place = await choosePlace({ home, user, binaries, onEvent: silent, sharedFolder });
  expect(place.folder).toBe(join(home, 'postgres'));
  expect(await canAccess(user, programPath(place.binaries, 'postgres'), 'execute')).toBe(true);
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
  expect(await answer(home)).toBe('bcsource');
  expect(statSync(join(home, 'postgres', 'data')).uid).toBe(NOBODY.uid);
  expect(existsSync(join(home, 'postgres-folder.json'))).toBe(false);
  await stop(stack);
  // Root takes over a home of somebody else as that user.
  const root = await startForeground(sandbox, home, { env, simulator: false });
  expect(await answer(home)).toBe('bcsource');
  await stop(root);
});
