import { expect, it } from '@jest/globals';
import { readOverview } from '../../client/overview.ts';
import type { Session } from '../../client/session.ts';
import { applySource } from '../../client/sources.ts';
import { useSession } from './open-session.ts';

const opened = useSession();

const now = new Date('2026-11-29T09:30:00Z');
const FILE = `
name: acme
connection: { type: api_token, storeHash: abc, accessToken: t }
inventory: { schedule: { every: 4h, refresh: { every: 15m } } }
shipments: { schedule: { every: 1h } }
fulfillment: {}
`;

async function jobsSeen(session: Session) {
  const [acme] = (await readOverview(session, now)).sources;
  return acme!.jobs.map(({ job, schedule, paused, nextRunAt }) => [job, schedule, paused, nextRunAt?.toISOString()]);
}

it('the overview tells a schedule that goes from one that is paused, one that is missing and none', async () => {
  const session = await opened.session();
  await applySource(session, FILE, 'the test');
  const { schedule } = await session.temporal();
  await schedule.getHandle('refresh:acme').pause();
  await schedule.getHandle('shipments:acme').delete();
  expect(await jobsSeen(session)).toEqual([
    ['inventory', 'active', false, '2026-11-29T12:00:00.000Z'],
    ['refresh', 'paused', true, undefined],
    ['send', 'none', false, undefined],
    ['shipments', 'missing', false, undefined],
  ]);
  const temporal = () => Promise.reject(new Error('Temporal is away.'));
  expect(await jobsSeen({ ...session, temporal })).toEqual([
    ['inventory', 'unknown', false, '2026-11-29T12:00:00.000Z'],
    ['refresh', 'unknown', false, '2026-11-29T09:45:00.000Z'],
    ['send', 'none', false, undefined],
    ['shipments', 'unknown', false, '2026-11-29T10:00:00.000Z'],
  ]);
});
