import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { itInLong } from '../helpers/it-in-long.ts';
import { startCommand } from '../helpers/processes.ts';

let database: TestDatabase;
let server: Server | undefined;
let sockets: Socket[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  server?.close();
});

/** Takes connections; calls `on` with each and how many there were before it. */
async function listen(on: (socket: Socket, before: number) => void): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    on(socket, sockets.push(socket) - 1);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function startWorker(environment: Record<string, string>) {
  const key = Buffer.alloc(32, 5).toString('base64');
  const worker = startCommand(['worker'], { DATABASE_URL: database.url, BCSOURCE_ENCRYPTION_KEY: key, ...environment });
  let said = '';
  worker.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { worker, exited: once(worker, 'exit'), said: () => said };
}

describe('a worker that a silent Temporal keeps from polling', () => {
  it.each(['false', 'true'])('ends at SIGTERM, with TEMPORAL_TLS=%s', async (tls) => {
    let accepted: () => void = () => undefined;
    const isConnecting = new Promise<void>((resolve) => (accepted = resolve));
    const { worker, exited, said } = startWorker({
      TEMPORAL_ADDRESS: await listen(() => accepted()),
      TEMPORAL_TLS: tls,
    });
    await isConnecting;
    worker.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(said()).not.toContain('does not answer');
  });

  itInLong(
    'ends by itself after a while where its second connection alone gets no answer',
    async () => {
      const target = new URL(`tcp://${process.env['TEST_TEMPORAL_ADDRESS']!}`);
      const address = await listen((socket, before) => {
        if (before > 0) return;
        const behind = connect(Number(target.port), target.hostname).on('error', () => undefined);
        sockets.push(behind);
        socket.pipe(behind).pipe(socket);
      });
      const { exited, said } = startWorker({ TEMPORAL_ADDRESS: address });
      expect(await exited).toEqual([5, null]);
      expect(said()).toContain(`Temporal at ${address} does not answer: `);
    },
    60_000,
  );
});
