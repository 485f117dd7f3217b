import { expect, it } from '@jest/globals';
import { openStore } from '../../activities/stores.ts';
import { postOrder } from '../../bigcommerce/order-post.ts';
import { clearRefusal, findRefusal } from '../../database/connection-refusals.ts';
import { json } from '../bigcommerce/server.ts';
import { addSource } from '../database/builders.ts';
import { useStubStore } from './stub-store.ts';

const scene = useStubStore((db) => addSource(db, 'shop'));

it('a token that was replaced while it was in use is no refusal: the step is done again with the new one', async () => {
  const [db, id, deps] = [scene.db(), scene.sourceId(), scene.deps()];
  const open = () => openStore(deps, { id, name: 'shop', storeHash: 'abc' }, 'send');
  scene.store().answer = (request, response) => {
    const isNew = request.headers['x-auth-token'] === 'the-new-token';
    json(isNew ? { id: 7 } : { status: 401 }, isNew ? 200 : 401)(request, response);
  };
  await scene.giveToken('the-old-token');
  const client = await open();
  await expect(client.call('GET', 'v2/store')).rejects.toMatchObject({ code: 'credential_refused' });
  // Whoever found it out, an import or a look at shipments: the source is marked, and its alarm says so.
  expect(await findRefusal(db, id)).toMatchObject({ code: 'credential_refused', since: expect.any(Date) });
  expect(await postOrder(client, {}, { timeoutMs: 5000 })).toMatchObject({
    kind: 'refused',
    code: 'credential_refused',
  });

  await clearRefusal(db, id);
  await scene.giveToken('the-new-token');
  for (const ask of [client.call, client.fetch]) {
    await expect(ask('GET', 'v2/store')).rejects.toMatchObject({ code: 'store_unavailable', isTemporary: true });
  }
  expect(await findRefusal(db, id)).toBeUndefined();
  expect(await postOrder(client, {}, { timeoutMs: 5000 })).toMatchObject({ kind: 'not_sent' });
  expect(await (await open()).call('GET', 'v2/store')).toEqual({ id: 7 });
});
