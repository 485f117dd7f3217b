import { once } from 'node:events';
import { createServer as createHttp2 } from 'node:http2';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { connectTemporal } from '../../workers/temporal-connection.ts';

const TLS_HINT = /that the server at that address speaks TLS\.$/;
let server: Server | undefined;
afterEach(() => void server?.close());

async function listen(made: Server): Promise<string> {
  server = made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  return `localhost:${(made.address() as AddressInfo).port}`;
}

const failure = (address: string, tls?: true) =>
  connectTemporal(
    { address, namespace: 'default', connectionOptions: { address, ...(tls ? { tls } : {}) } },
    2_000,
  ).then(
    () => undefined,
    ({ message, hint }: { message: string; hint: string }) => ({ message, hint }),
  );

it('a Temporal that is not there is said to be refused', async () => {
  const found = await failure('127.0.0.1:1');
  expect(found?.message).toBe('Temporal at 127.0.0.1:1 does not answer: connect ECONNREFUSED 127.0.0.1:1.');
  expect(found?.hint).not.toMatch(TLS_HINT);
});

it('a host that nobody knows is named', async () => {
  const found = await failure('nowhere.invalid:7233');
  expect(found?.message).toMatch(/^Temporal at nowhere\.invalid:7233 does not answer: Name resolution failed/);
});

it('a server without TLS is told apart where TLS is on', async () => {
  const address = await listen(createHttp2() as unknown as Server);
  expect(await failure(address, true)).toEqual({
    message: `Temporal at ${address} does not answer, where TLS is on (TEMPORAL_TLS, TEMPORAL_API_KEY or a certificate): TLS fails, wrong version number.`,
    hint: expect.stringMatching(TLS_HINT),
  });
});

it.each([undefined, true] as const)('a peer that says nothing is given up after a while, with TLS: %s', async (tls) => {
  const sockets = new Set<{ destroy(): void }>();
  const address = await listen(createServer((socket) => void sockets.add(socket.on('error', () => undefined))));
  const found = await failure(address, tls);
  for (const socket of sockets) socket.destroy();
  expect(found?.message).toMatch(/: no answer within 2 s\.$/);
});
