import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setup } from '../../client/cli/actions/stack.ts';
import { migrations } from '../../database/migrations/index.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const before = { ...process.env };
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
});
afterAll(async () => {
  process.env = before;
  await database.drop();
});

it('a setup that Temporal does not answer says what it has applied by then', async () => {
  Object.assign(process.env, {
    ...{ DATABASE_URL: database.url, BCSOURCE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64') },
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  });
  await expect(setup({ json: true })).rejects.toMatchObject({
    ...{ code: 'temporal_unavailable', exitCode: 5 },
    extra: { applied: Object.keys(migrations) },
  });
}, 60_000);
