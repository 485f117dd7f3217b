import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { beginConnecting } from '../../client/connect.ts';
import { applySource } from '../../client/sources.ts';
import { findSource } from '../../database/sources.ts';
import { addAcknowledged } from '../database/shipping.ts';
import { useSession } from './open-session.ts';

const opened = useSession({
  BIGCOMMERCE_CLIENT_ID: 'app-of-the-test',
  BIGCOMMERCE_CLIENT_SECRET: 's'.repeat(32),
  BCSOURCE_PUBLIC_URL: 'https://bcsource.example.com',
});

const apply = async (name: string, store: string) =>
  applySource(
    await opened.session(),
    `name: ${name}\nconnection: { type: api_token, storeHash: ${store}, accessToken: t }\nfulfillment: {}\n`,
    'the file',
  );
const storeOf = async (name: string) => (await findSource(opened.db, name))!;

it('a source with orders that have not shipped cannot become one of another store', async () => {
  await apply('moving', 'first');
  const { id } = await storeOf('moving');
  const fr = await addAcknowledged(opened.db, id);
  const refusal = {
    code: 'invalid_input',
    message: expect.stringContaining(
      'connection.storeHash cannot become second: 1 request of it is sent to store first and not shipped yet',
    ),
    hint: 'Give the other store a source of its own; this one then finishes what it has sent.',
  };
  await expect(apply('moving', 'second')).rejects.toMatchObject(refusal);
  expect((await storeOf('moving')).storeHash).toBe('first');
  // One whose outcome nobody knows would be looked for in the wrong store, and sent there once more.
  await sql`update fulfillment_requests set processing = 'sending', bigcommerce_order_id = null where id = ${fr}`.execute(
    opened.db,
  );
  await sql`insert into send_attempts (fr_id, external_order_id, begun_at, outcome)
    values (${fr}, 'x', now(), 'unknown')`.execute(opened.db);
  await expect(apply('moving', 'second')).rejects.toMatchObject(refusal);
  await sql`update send_attempts set outcome = 'absent' where fr_id = ${fr}`.execute(opened.db);
  await apply('moving', 'second');
  expect((await storeOf('moving')).storeHash).toBe('second');
});

it('nor by an installation in another one', async () => {
  const session = await opened.session();
  await applySource(session, 'name: roaming\nconnection: { type: oauth }\nfulfillment: {}\n', 'the file');
  await beginConnecting(session, 'roaming', 'here');
  await addAcknowledged(opened.db, (await storeOf('roaming')).id, { columns: { shipping: 'partially_shipped' } });
  await expect(beginConnecting(session, 'roaming', 'there')).rejects.toMatchObject({
    message:
      'The store of source roaming cannot become there: 1 request of it is sent to store here and not shipped yet.',
  });
  expect((await storeOf('roaming')).storeHash).toBe('here');
});
