import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { canAccess, postgresUser } from '../../local/os-user.ts';
import { copyPostgres, findPostgres, programPath } from '../../local/postgres-binaries.ts';
import { choosePlace } from '../../local/postgres-place.ts';
import { stackStatus, stopStack } from '../../local/status.ts';
import { type Foreground, makeSandbox, query, type Sandbox, startForeground, stopForeground } from './sandbox.ts';

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

test('two homes run side by side, and a stack avoids a port that was taken meanwhile', async () => {
  const [one, other] = [newHome('one'), newHome('other')];
  const first = await startForeground(sandbox, one, { simulator: false });
  const second = await startForeground(sandbox, other, { simulator: false });
  const before = await stackStatus(one);
  expect(before.simulatorUrl).toBeNull();
  expect(before.databaseUrl).not.toBe((await stackStatus(other)).databaseUrl);
  await stop(first);
  await expectAnswer(other);

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
    await expectAnswer(one);
    await stop(again);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  await stop(second);
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
