import { expect, it } from '@jest/globals';
import { ensureSchedules, listSchedules } from '../../client/schedules.ts';
import { waitFor } from '../helpers/wait.ts';
import { useSession } from './open-session.ts';

const opened = useSession();

it('a schedule that was deleted, and that the list still has, keeps nobody from the others', async () => {
  const client = await (await opened.session()).temporal();
  await ensureSchedules(client, 'acme', { inventory: { schedule: { every: '4h' } } });
  const ids = async () => (await listSchedules(client)).map(({ id }) => id);
  await waitFor('the list to have it', async () => (await ids()).includes('inventory:acme'));
  // Of a server whose list is behind; by chance it lasts for milliseconds or for seconds.
  const { schedule } = client;
  async function* list() {
    yield { scheduleId: 'shipments:acme' };
    yield* schedule.list();
  }
  const behind = Object.create(client, { schedule: { value: Object.create(schedule, { list: { value: list } }) } });
  expect((await listSchedules(behind as typeof client)).map(({ id }) => id)).toEqual(['inventory:acme']);
});
