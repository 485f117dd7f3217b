import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openHealth } from '../../workers/run.ts';

let taken: Server;
beforeAll(async () => {
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
});
afterAll(() => new Promise((resolve) => taken.close(resolve)));

it.each([
  ['BCSOURCE_WORKER_HEALTH_PORT', 'Probes cannot be answered', undefined],
  ['BCSOURCE_METRICS_ADDRESS', 'Metrics cannot be told', () => Promise.resolve('')],
])('a worker whose port is taken says by which setting, and what to do: %s', async (setting, what, metrics) => {
  const { port } = taken.address() as AddressInfo;
  const vitals = { isPolling: () => true, pingDatabase: () => Promise.resolve(), metrics };
  await expect(openHealth(setting, { host: '127.0.0.1', port }, vitals)).rejects.toMatchObject({
    code: 'worker_refused',
    message: `${what} on 127.0.0.1, port ${port} (${setting}): EADDRINUSE.`,
    hint: `Set ${setting} to another, or stop what listens there.`,
  });
});
