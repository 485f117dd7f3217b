import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { runServer } from '../../client/http/run.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const environment = { ...process.env };
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  process.env = environment;
  await database.drop();
});

it('serve whose port for metrics is taken names the setting that has it', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'],
    BCSOURCE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
    BCSOURCE_METRICS_ADDRESS: `127.0.0.1:${port}`,
  });
  await expect(runServer({ host: '127.0.0.1', port: 0 })).rejects.toMatchObject({
    ...{ code: 'cannot_listen', message: `Cannot listen on 127.0.0.1:${port} (EADDRINUSE).` },
    hint: 'Set BCSOURCE_METRICS_ADDRESS to another, or stop what listens there.',
  });
  taken.close();
});
