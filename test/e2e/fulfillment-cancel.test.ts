import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { tellSecondOrder } from '../../database/fr-changes.ts';
import { itInLong } from '../helpers/it-in-long.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { jsonCommands, openSupplier } from './fr-support.ts';
import type { Supplier } from './fr-support.ts';
import { sessionOf, stopSystem } from './support.ts';

type Document = Record<string, unknown>;

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem(['--products', '1']);
});
afterAll(() => stopSystem(system));

const { run, failure } = jsonCommands(() => system);

/** The sweep of a minute, to its end. */
async function maintain(): Promise<void> {
  const client = await (await sessionOf(system)).temporal();
  await client.workflow.execute('maintenance', { workflowId: `maintain-${randomUUID()}`, taskQueue: 'bcsource' });
}

const noted = (number: string) =>
  system.database.db
    .selectFrom('failed_cancellations as c')
    .innerJoin('fulfillment_requests as f', 'f.id', 'c.fr_id')
    .select('c.code')
    .where('f.number', '=', number)
    .execute();

describe('the order of a request', () => {
  let shop: Supplier;
  beforeAll(async () => {
    shop = await openSupplier(system, 'desk', '  autoSend: true');
  });

  it('is not canceled: says why, and what became of the others', async () => {
    await shop.submit(shop.document('S-1'), shop.document('S-2'));
    const refused = await shop.reach('S-1', 'acknowledged');
    await shop.reach('S-2', 'acknowledged');
    await shop.control('PUT', 'faults', {
      ...{ kind: 'status', status: 403, method: 'PUT', path: `/v2/orders/${refused.bigcommerceOrderId}` },
    });
    expect(await failure(['fr', 'cancel', 'S-1'])).toMatchObject({ exitCode: 4, code: 'scope_missing' });
    const both = await run(['fr', 'cancel', 'S-1', 'S-2', '--yes']);
    expect(both).toMatchObject({ exitCode: 1, document: { done: 1, failed: 1 } });
    expect(both.document['results']).toMatchObject([
      { number: 'S-1', outcome: 'failed', answer: expect.stringContaining('is not canceled') },
      { number: 'S-2', outcome: 'done' },
    ]);
    await shop.control('DELETE', 'faults');

    // Whoever asked for it may have gone: it is flagged, and done as soon as the store does it.
    expect(await shop.reach('S-1', 'acknowledged')).toMatchObject({ flags: ['cancel_failed'] });
    const timeline = (await run(['fr', 'show', 'S-1'])).document['timeline'] as Document[];
    expect(timeline.map(({ event }) => event).filter((event) => event === 'cancellation failed')).toHaveLength(1);
    await maintain();
    await shop.reach('S-1', 'acknowledged');
    await sql`update failed_cancellations set tried_at = now() - interval '6 minutes'`.execute(system.database.db);
    await maintain();
    const { id, flags } = await shop.reach('S-1', 'canceled');
    expect(flags).toEqual([]);
    // One that was canceled otherwise meanwhile is no longer tried.
    const left = { fr_id: id, by: 'cli', code: 'x', tried_at: new Date(0) };
    await system.database.db.insertInto('failed_cancellations').values(left).execute();
    await maintain();
    await waitFor('nothing to be tried', async () => {
      return (await system.database.db.selectFrom('failed_cancellations').selectAll().execute()).length === 0;
    });
  });

  it('is canceled, and it is still said that the store has a second one', async () => {
    await shop.submit(shop.document('S-6'));
    const { id, bigcommerceOrderId } = await shop.reach('S-6', 'acknowledged');
    await tellSecondOrder(system.database.db, id, { orderId: 4711, at: new Date(), by: 'store' });
    await run(['fr', 'cancel', 'S-6']);
    const { explanation } = await shop.reach('S-6', 'canceled');
    expect(explanation).toBe(
      `Canceled: BigCommerce order ${bigcommerceOrderId} is canceled too. ` +
        'But BigCommerce order 4711 of it is in the store and is not canceled: cancel it there.',
    );
  });

  itInLong('is canceled all the same when its cancellation is lost, and not when somebody ends that', async () => {
    const numbers = ['S-L1', 'S-L2'];
    await shop.submit(...numbers.map((number) => shop.document(number)));
    const client = await (await sessionOf(system)).temporal();
    const orders = await Promise.all(numbers.map((number) => shop.reach(number, 'acknowledged')));
    const faults = orders.map(({ bigcommerceOrderId: id }) => ({
      kind: 'status',
      status: 503,
      path: `/v2/orders/${id}`,
    }));
    await shop.control('PUT', 'faults', faults);
    const asked = numbers.map((number) => run(['fr', 'cancel', number]));
    for (const number of numbers)
      await waitFor('the cancellation to be noted', async () => (await noted(number)).length > 0);
    const [lost, ended] = numbers.map((number) => client.workflow.getHandle(`fr-cancel:desk:${number}`));
    await lost!.terminate('lost with Temporal');
    await ended!.cancel();
    await Promise.all(asked);
    await waitFor('the one that was ended to be forgotten', async () => (await noted('S-L2')).length === 0);
    await shop.control('DELETE', 'faults');
    await sql`update failed_cancellations set tried_at = now() - interval '6 minutes'`.execute(system.database.db);
    await maintain();
    await shop.reach('S-L1', 'canceled');
    expect(await shop.reach('S-L2', 'acknowledged')).toMatchObject({ flags: [] });
    expect(await noted('S-L1')).toEqual([]);
  });

  it("is not canceled any more when something of it has shipped, or when its order is somebody else's", async () => {
    await shop.submit(shop.document('S-3'), shop.document('S-4'));
    const [shipped, foreign] = [await shop.reach('S-3', 'acknowledged'), await shop.reach('S-4', 'acknowledged')];
    await shop.control('POST', `orders/${shipped.bigcommerceOrderId}/ship`, {});
    expect((await failure(['fr', 'cancel', 'S-3'])).message).toMatch(
      /cannot be canceled any more: something .* has shipped/,
    );
    const { shipments } = await shop.control<{ shipments: { id: number }[] }>(
      'GET',
      `orders/${shipped.bigcommerceOrderId}`,
    );
    await shop.control('DELETE', `orders/${shipped.bigcommerceOrderId}/shipments/${shipments[0]!.id}`);
    // Its status stays, and may be all that was said of a package.
    expect((await failure(['fr', 'cancel', 'S-3'])).message).toMatch(/no package but a status .* set it back/);
    // As after the store was restored: the number of its order is another one's.
    await sql`update fulfillment_requests set order_external_id = 'S-OLD' where id = ${foreign.id}`.execute(
      system.database.db,
    );
    expect((await failure(['fr', 'cancel', 'S-4'])).message).toContain("somebody else's");
    const { fields } = (await shop.orders()).find(({ id }) => id === foreign.bigcommerceOrderId)!;
    expect(fields).toMatchObject({ status_id: 11 });
  });

  it('never takes the order of a request of another source on the same store', async () => {
    const other = (prefix: string) => `name: desk2
connection: { type: api_token, storeHash: desk, accessToken: desk-token }
fulfillment: { autoSend: true, externalOrderIdPrefix: "${prefix}" }
`;
    const shared = await system.cli(['source', 'apply', '-', '--json'], other(''));
    expect([shared.exitCode, shared.stdout]).toEqual([2, expect.stringContaining('standard input:3:32 ')]);
    expect(shared.json()).toMatchObject({
      error: {
        problems: [
          {
            ...{ line: 3, column: 32, path: 'fulfillment.externalOrderIdPrefix' },
            reason: expect.stringContaining('(desk) with the same externalOrderIdPrefix ""'),
          },
        ],
      },
    });
    expect((await system.cli(['source', 'apply', '-'], other('S-'))).exitCode).toBe(0);
    // The same external_order_id and the same lines: prefix and number only divide it elsewhere.
    await shop.submit(shop.document('S-5'), {
      ...shop.document('9'),
      source: 'desk2',
      lines: [{ sku: 'NO', quantity: 1 }],
    });
    const { bigcommerceOrderId } = await shop.reach('S-5', 'acknowledged');
    const adopted = await failure(['fr', 'adopt', '9', '--source', 'desk2', '--order', `${bigcommerceOrderId}`]);
    expect(adopted.message).toContain('is that of S-5 of desk');
    await shop.submit({ ...shop.document('5'), source: 'desk2' });
    const found = await waitFor('the conflict', async () => {
      const { document } = await run(['fr', 'show', '5', '--source', 'desk2']);
      return document['processing'] === 'failed' && document;
    });
    expect(found['reason']).toMatchObject({
      code: 'order_conflict',
      message: expect.stringContaining('request S-5 of desk'),
    });
  });
});

describe('the requests of a source that is removed with all its data', () => {
  it('are gone with their workflows: their numbers can be given anew', async () => {
    const shop = await openSupplier(system, 'purged', '  autoSend: true');
    const bad = { lines: [{ sku: 'NONE', quantity: 1 }] };
    await shop.submit(shop.document('P-1', bad), shop.document('P-2', bad));
    await Promise.all([shop.reach('P-1', 'failed'), shop.reach('P-2', 'failed')]);
    expect((await run(['source', 'remove', 'purged', '--purge', '--yes'])).exitCode).toBe(0);
    const client = await (await sessionOf(system)).temporal();
    const { status } = await client.workflow.getHandle('fr:purged:P-2').describe();
    expect(status.name).toBe('TERMINATED');
    await shop.settle('  autoSend: true');
    await shop.submit(shop.document('P-1'));
    await shop.reach('P-1', 'acknowledged');
  });

  it('make room even where their workflows were left behind', async () => {
    const shop = await openSupplier(system, 'left', '  autoSend: true');
    await shop.submit(shop.document('L-1', { lines: [{ sku: 'NONE', quantity: 1 }] }));
    const { id } = await shop.reach('L-1', 'failed');
    // As by a removal that was broken off behind its transaction.
    await system.database.db.deleteFrom('fulfillment_requests').where('id', '=', id).execute();
    await shop.submit(shop.document('L-1'));
    await shop.reach('L-1', 'acknowledged');
  });
});
