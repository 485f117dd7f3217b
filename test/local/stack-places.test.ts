import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { canAccess, postgresUser } from '../../local/os-user.ts';
import { copyPostgres, findPostgres, programPath } from '../../local/postgres-binaries.ts';
import { choosePlace } from '../../local/postgres-place.ts';
import { stackStatus } from '../../local/status.ts';
import { useHomes } from './homes.ts';

const asRoot = process.getuid?.() === 0 ? test : test.skip;
const silent = (): void => undefined;

const { pathOf, newHome, start, expectAnswer, stop } = useHomes();

test('two homes run side by side, and a stack avoids a port that was taken meanwhile', async () => {
  const [one, other] = [newHome('one'), newHome('other')];
  const first = await start(one);
  const second = await start(other);
  const before = await stackStatus(one);
  expect(before.simulatorUrl).toBeNull();
  expect(before.databaseUrl).not.toBe((await stackStatus(other)).databaseUrl);
  await stop(first);
  await expectAnswer(other);

  const busy = Number(new URL(before.databaseUrl!).port);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(busy, '127.0.0.1', resolve));
  try {
    const again = await start(one);
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
  const closed = pathOf('closed-later');
  const [home, user] = [join(closed, 'home'), (await postgresUser())!];
  mkdirSync(join(home, 'postgres', 'data'), { recursive: true });
  chmodSync(closed, 0o700);
  const options = { home, user, binaries: await findPostgres(), onEvent: silent, sharedFolder: pathOf() };
  await expect(choosePlace(options)).rejects.toThrow(/can no longer reach its data/);
  expect(existsSync(join(home, 'postgres', 'data'))).toBe(true);
});

asRoot('programs that the user of Postgres cannot reach are copied to where it can', async () => {
  const closed = pathOf('closed-programs');
  mkdirSync(closed, { mode: 0o700 });
  const user = (await postgresUser())!;
  const binaries = await copyPostgres(await findPostgres(), closed);
  expect(await canAccess(user, programPath(binaries, 'postgres'), 'execute')).toBe(false);
  const sharedFolder = pathOf('shared');
  const home = pathOf('open-home');
  mkdirSync(home);
  const place = await choosePlace({ home, user, binaries, onEvent: silent, sharedFolder });
  expect(place.folder).toBe(join(home, 'postgres'));
  expect(await canAccess(user, programPath(place.binaries, 'postgres'), 'execute')).toBe(true);
});
