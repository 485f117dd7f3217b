import { beforeAll, expect, it } from '@jest/globals';
import { failRequest } from '../../activities/fr-failing.ts';
import { toFailure } from '../../activities/failures.ts';
import { openStore } from '../../activities/stores.ts';
import { clientErrorOf } from '../../client/errors.ts';
import { replaceRefusal } from '../../database/connection-refusals.ts';
import { findRequests } from '../../database/fulfillment-requests.ts';
import { deleteCredential } from '../../database/credentials.ts';
import { saveSource } from '../../database/sources.ts';
import { refusedConnection } from '../../domain/alarms/find-stores.ts';
import { failureKinds } from '../../domain/failures.ts';
import { reasonOf } from '../../workflows/failures.ts';
import { json } from '../bigcommerce/server.ts';
import { addAcknowledged } from '../database/shipping.ts';
import { useStubStore } from './stub-store.ts';

const CONNECT = 'bcsource source connect';
const add = (connectionType: 'oauth' | 'api_token') => (db: Parameters<typeof saveSource>[0]) =>
  saveSource(db, { name: 'shop', connectionType, storeHash: 'abc', document: '', settings: { fulfillment: {} } }, () =>
    Promise.resolve(),
  ).then(({ id }) => id);
const scenes = { oauth: useStubStore(add('oauth')), api_token: useStubStore(add('api_token')) };
type Scene = (typeof scenes)['oauth'];

beforeAll(() => {
  for (const scene of Object.values(scenes)) scene.store().answer = json({ status: 401 }, 401);
});

/** What a run and a command say of it. */
async function toldOf(scene: Scene) {
  const source = { id: scene.sourceId(), name: 'shop', storeHash: 'abc' };
  const ask = async () => (await openStore(scene.deps(), source, 'send')).call('GET', 'v2/store');
  const error = await ask().then(
    () => undefined,
    (failed: unknown) => failed,
  );
  const [command, run] = [clientErrorOf(error)!, reasonOf(toFailure(error))];
  expect([run.code, run.hint]).toEqual([command.code, command.hint]);
  return command;
}

it.each([
  ['oauth', expect.stringContaining(CONNECT)],
  ['api_token', failureKinds.credential_refused.hint],
] as const)('a run and a command say how a source of %s is connected', async (type, hint) => {
  const scene = scenes[type];
  await deleteCredential(scene.db(), scene.sourceId());
  expect(await toldOf(scene)).toMatchObject({ code: 'credential_refused', hint });
  await scene.giveToken('a-token');
  expect(await toldOf(scene)).toMatchObject({ code: 'credential_refused', hint });
  await replaceRefusal(scene.db(), scene.sourceId(), { code: 'app_uninstalled', message: 'It is gone.' });
  const gone = { code: 'app_uninstalled', message: 'It is gone.', hint: failureKinds.app_uninstalled.hint };
  expect(await toldOf(scene)).toMatchObject(gone);
});

it.each([
  ['oauth', true],
  ['api_token', false],
] as const)('a request and an alarm say it of a source of %s too', async (type, isByApp) => {
  const { db, sourceId } = scenes[type];
  await addAcknowledged(db(), sourceId(), {
    columns: { number: 'FR-1', processing: 'processing', bigcommerce_order_id: null },
  });
  const find = async () => (await findRequests(db(), 'FR-1', 'shop'))[0]!;
  await failRequest(db(), await find(), { code: 'credential_refused', message: 'Refused.' }, new Date());
  const { explanation, reasonHint } = await find();
  const facts = { name: 'shop', connectionType: type, quiet: [], starvingSince: null };
  const alarm = refusedConnection({ ...facts, refusal: { code: 'credential_refused', since: new Date() } })!;
  const told = [explanation, reasonHint, alarm.hint].map((text) => text?.includes(CONNECT));
  expect(told).toEqual([isByApp, isByApp, isByApp]);
});
