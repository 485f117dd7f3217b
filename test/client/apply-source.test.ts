import { describe, expect, it } from '@jest/globals';
import { ScheduleNotFoundError } from '@temporalio/client';
import { sql } from 'kysely';
import { beginConnecting } from '../../client/connect.ts';
import { endInstall } from '../../client/installs.ts';
import { removeSourceAndSchedules } from '../../client/remove-source.ts';
import { applySource } from '../../client/sources.ts';
import { findRefusal, recordRefusal } from '../../database/connection-refusals.ts';
import { noteInstalled } from '../../database/installs.ts';
import { findSourceId, listSources, setStoreHash } from '../../database/sources.ts';
import { waitFor } from '../helpers/wait.ts';
import { useSession } from './open-session.ts';

const opened = useSession({
  BIGCOMMERCE_CLIENT_ID: 'app-of-the-test',
  BIGCOMMERCE_CLIENT_SECRET: 's'.repeat(32),
  BCSOURCE_PUBLIC_URL: 'https://bcsource.example.com',
});
const { session } = opened;
const apply = async (text: string) => applySource(await session(), text, 'the test');

/** A source whose store installs the app, as its file says it; without `store` the file leaves it to `source connect`. */
const appFile = (name: string, store?: string, more = '') =>
  `name: ${name}\nconnection: { type: oauth${store ? `, storeHash: ${store}` : ''} }\nfulfillment: { autoSend: false }\n${more}`;

it('receivers of notifications are replaced by a file that is applied again, and not by the first', async () => {
  const file = (path: string) =>
    `name: told\nconnection: { type: api_token, storeHash: told, accessToken: t }\ninventory: {}\nnotifications: [{ type: webhook, url: "http://127.0.0.1:9/${path}" }]\n`;
  expect(await apply(file('a'))).toMatchObject({ version: 1, changed: true, replaced: [] });
  const others = { version: 1, changed: false, replaced: ['receivers of notifications'] };
  expect(await apply(file('b'))).toMatchObject(others);
});

describe('that the app was uninstalled', () => {
  const refusalOf = async (name: string) =>
    (await findRefusal(opened.db, (await findSourceId(opened.db, name))!))?.code;

  async function uninstalled(name: string) {
    await apply(appFile(name, name));
    await noteInstalled(opened.db, name, []);
    await endInstall(await session(), { storeHash: name, tokenId: name, issuedAt: new Date() });
    expect(await refusalOf(name)).toBe('app_uninstalled');
  }

  it('stays noted when the file is applied again, as it is and with other settings', async () => {
    await uninstalled('gone');
    expect(await apply(appFile('gone', 'gone'))).toMatchObject({ changed: false });
    expect(await refusalOf('gone')).toBe('app_uninstalled');
    expect(await apply(appFile('gone', 'gone', 'shipments: {}\n'))).toMatchObject({ changed: true });
    expect(await refusalOf('gone')).toBe('app_uninstalled');
    // The store that it is connected to is known without its file.
    expect(await apply(appFile('gone'))).toMatchObject({ changed: true });
    expect(await refusalOf('gone')).toBe('app_uninstalled');
  });

  it('is over with a file of another store, or of an API account', async () => {
    await uninstalled('moved');
    await apply(appFile('moved', 'elsewhere'));
    expect(await refusalOf('moved')).toBeUndefined();
    await uninstalled('changed');
    await apply('name: changed\nconnection: { type: api_token, storeHash: changed, accessToken: t }\n');
    expect(await refusalOf('changed')).toBeUndefined();
  });

  it('is another thing than a refusal by the store, which a file that is applied again ends', async () => {
    await apply(appFile('refused', 'refused'));
    const id = (await findSourceId(opened.db, 'refused'))!;
    await recordRefusal(opened.db, id, { code: 'credential_refused', message: 'no' });
    await apply(appFile('refused', 'refused'));
    expect(await refusalOf('refused')).toBeUndefined();
  });
});

describe('two sources of one store with the same prefix', () => {
  const storesOf = async () => {
    const sources = await listSources(opened.db);
    return Object.fromEntries(sources.map(({ name, storeHash }) => [name, storeHash]));
  };

  it('are refused also where one was removed and comes back to the store that it was connected to', async () => {
    await apply(appFile('returns'));
    await setStoreHash(opened.db, (await findSourceId(opened.db, 'returns'))!, 'shared');
    await removeSourceAndSchedules(await session(), 'returns', false);
    await apply(appFile('successor', 'shared'));
    await expect(apply(appFile('returns'))).rejects.toMatchObject({
      ...{ code: 'invalid_input', exitCode: 2 },
      message: expect.stringContaining('\nthe test:3:1 fulfillment.externalOrderIdPrefix is taken: source successor '),
      extra: { problems: [expect.objectContaining({ line: 3, column: 1 })] },
    });
    expect(await storesOf()).not.toHaveProperty('returns');
    // Its orders are in that store, so it comes back to it as soon as the two can be told apart.
    await apply(appFile('returns').replace('autoSend: false', 'autoSend: false, externalOrderIdPrefix: R-'));
    expect(await storesOf()).toMatchObject({ returns: 'shared', successor: 'shared' });
  });

  /** What becomes of acts that all stand before the place where a credential is stored, or before one another. */
  async function atOnce(acts: (() => Promise<unknown>)[]): Promise<PromiseSettledResult<unknown>[]> {
    const { settled } = await opened.db.transaction().execute(async (trx) => {
      await sql`lock table credentials in access exclusive mode`.execute(trx);
      const settled = Promise.allSettled(acts.map((act) => act()));
      await waitFor('all to wait', async () => {
        const { rows } = await sql`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
          opened.db,
        );
        return rows.length === acts.length;
      });
      // In an object, because a promise that is returned by itself is waited for with the lock.
      return { settled };
    });
    return settled;
  }

  it.each(['applied', 'connected'])('are refused also where both are %s at the same moment', async (how) => {
    const store = `${how}store`;
    const names = [`${how}-one`, `${how}-two`];
    const client = await session();
    const put = (name: string) => () =>
      how === 'applied' ? apply(appFile(name, store)) : beginConnecting(client, name, store);
    if (how === 'connected') for (const name of names) await apply(appFile(name));
    const settled = await atOnce(names.map(put));
    expect(settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []))).toEqual([
      expect.objectContaining({
        ...{ code: 'invalid_input', exitCode: 2 },
        message: expect.stringContaining(`sends orders to the same store (${store})`),
      }),
    ]);
    expect(Object.values(await storesOf()).filter((each) => each === store)).toHaveLength(1);
  });
});

describe('the schedules of a file of which Temporal refuses one', () => {
  // JavaScript knows this zone; the IANA database, and so Temporal, does not.
  const refusedOne = 'shipments: { schedule: { cron: "0 * * * *", timezone: SystemV/EST5 } }\n';
  const refusal = {
    ...{
      exitCode: 2,
      message: expect.stringContaining('\nthe test:4:14 shipments.schedule is not taken by Temporal: '),
    },
    extra: { problems: [expect.objectContaining({ line: 4, column: 14, path: 'shipments.schedule' })] },
  };
  const fileWith = (name: string, inventory: string, more = '') =>
    `name: ${name}\nconnection: { type: api_token, storeHash: abc, accessToken: t }\ninventory: { ${inventory} }\n${more}`;
  const handleOf = async (name: string, job = 'inventory') =>
    (await (await session()).temporal()).schedule.getHandle(`${job}:${name}`);

  it('are as they were, with the pause of a person', async () => {
    await apply(fileWith('half', 'schedule: { every: 4h, refresh: { every: 30m } }'));
    const [whole, quick] = [await handleOf('half'), await handleOf('half', 'refresh')];
    await quick.pause('stocktaking');
    const changed = fileWith('half', 'schedule: { every: 1h }', refusedOne);
    await expect(apply(changed)).rejects.toMatchObject(refusal);
    // Temporal answers by what its Schedule has worked off, which an update may still wait for.
    await waitFor('the first to be as it was', async () => {
      return (await whole.describe()).spec.intervals?.[0]?.every === 4 * 3_600_000;
    });
    expect(await quick.describe()).toMatchObject({
      ...{ spec: { intervals: [{ every: 30 * 60_000 }] }, state: { paused: true, note: 'stocktaking' } },
    });
  });

  it('are not there where the source is not', async () => {
    await expect(apply(fileWith('unborn', 'schedule: { every: 1h }', refusedOne))).rejects.toMatchObject(refusal);
    await expect((await handleOf('unborn')).describe()).rejects.toThrow(ScheduleNotFoundError);
  });
});
