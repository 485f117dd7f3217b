import { expect, it } from '@jest/globals';
import { rotateKeys } from '../../database/key-rotation.ts';
import { saveTargets, targetPlace } from '../../database/notification-targets.ts';
import { enqueueNotice } from '../../database/outbox.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { notificationSchema } from '../../domain/source/notifications.ts';
import { useSource } from './use-source.ts';

const [OLD, NEW] = [7, 8].map((byte) => Buffer.alloc(32, byte).toString('base64')) as [string, string];
const box = createSecretBox(OLD);
const notice = { type: 'test', title: 'T', lines: [], at: '2026-11-29T00:00:00Z', source: 's' } as never;

const shop = useSource({ each: true });

const hook = (more: Record<string, unknown> = {}) => ({ type: 'webhook', url: 'http://127.0.0.1:9/hook', ...more });
const problems = hook({ on: 'problems' });
const everyImport = hook({ on: 'always', jobs: ['inventory'] });
const everySend = hook({ on: 'always', jobs: ['send'] });

const receivers = (entries: Record<string, unknown>[], secrets = box) =>
  saveTargets(
    shop.db,
    secrets,
    shop.sourceId,
    entries.map((entry) => notificationSchema.parse(entry)),
  );
const rows = () =>
  shop.db.selectFrom('notification_targets').selectAll().where('source_id', '=', shop.sourceId).orderBy('id').execute();
const tell = (subject: string, more: Partial<Parameters<typeof enqueueNotice>[1]>) =>
  enqueueNotice(shop.db, { sourceId: shop.sourceId, subject, ...more }, notice);

it('of one address keep their rows and what they are still to be told when the same file is applied again', async () => {
  const file = [problems, everyImport, everySend];
  expect(await receivers(file)).toBe(true);
  const before = await rows();
  expect(before).toHaveLength(3);
  expect(await tell('run', { job: 'send' })).toBe(1);
  for (const again of [file, file.toReversed()]) {
    expect(await receivers(again)).toBe(false);
    expect(await rows()).toEqual(before);
  }
  expect(await shop.db.selectFrom('notification_outbox').select('target_id').execute()).toEqual([
    { target_id: before[2]!.id },
  ]);
});

it('of one address of which an entry goes leave the row of the other', async () => {
  await receivers([problems, everyImport]);
  const [, second] = await rows();
  expect(await receivers([everyImport])).toBe(true);
  expect(await rows()).toEqual([second]);
});

it('of one address are told once of one thing, also when the keys were rotated, or the file is applied under new ones', async () => {
  const mails = { type: 'email', to: ['a@example.com', 'b@example.com'], on: 'problems' };
  const file = [problems, everyImport, mails, { type: 'email', to: ['b@example.com'], on: 'always' }];
  await receivers(file);
  const told = async (subject: string) => [
    await tell(`${subject} alarm`, { isProblem: true }),
    await tell(`${subject} failed import`, { job: 'inventory', isProblem: true }),
    await tell(`${subject} import`, { job: 'inventory' }),
    await tell(`${subject} failed import`, { job: 'inventory', isProblem: true }),
    await tell(`${subject} test`, { toAll: true }),
  ];
  const once = [3, 3, 2, 0, 3];
  expect(await told('new')).toEqual(once);
  const both = createSecretBox(`${NEW},${OLD}`);
  expect(await rotateKeys(shop.db, both)).toMatchObject({ unreadable: 0, isDone: true });
  expect(await told('rotated')).toEqual(once);
  expect(await receivers([hook({ on: 'never' }), ...file], both)).toBe(true);
  expect(await told('more')).toEqual(once);
});

it('of one address that were encrypted one by one are one address once the file is applied again', async () => {
  await receivers([problems]);
  const [first] = await rows();
  const place = targetPlace(shop.sourceId);
  const { ciphertext } = box.seal(place, box.open(place, first!.ciphertext));
  const { source_id, type, label, notify_on, key_id } = first!;
  const second = { source_id, type, label, notify_on, key_id, jobs: ['send'], ciphertext };
  await shop.db.insertInto('notification_targets').values(second).execute();
  const file = [problems, hook({ jobs: ['send'] })];
  expect(await receivers(file)).toBe(false);
  expect(await rows()).toHaveLength(2);
  expect(await tell('alarm', { isProblem: true })).toBe(1);
});
