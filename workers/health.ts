import { once } from 'node:events';
import { createServer } from 'node:http';

/** What a probe asks after. */
export interface Vitals {
  /** Whether every queue is polled. */
  isPolling: () => boolean;
  pingDatabase: () => Promise<void>;
}

/** How long a probe waits; whoever probes gives up after a few seconds itself. */
const PROBE_MS = 2_000;

/**
 * Answers probes on this machine: `/healthz`: the process answers; `/readyz`: it polls and reaches Postgres. Answers what
 * ends it. Throws where the port is taken.
 */
export async function startHealth(port: number, vitals: Vitals): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/healthz') return answer(200, { ok: true });
    if (request.url !== '/readyz') return answer(404, { ok: false });
    const polling = vitals.isPolling();
    void isThere(vitals.pingDatabase).then((database) => {
      const ok = polling && database;
      answer(ok ? 200 : 503, { ok, polling, database });
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // Probes end with the process; they do not keep it alive.
  server.unref();
  return async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
}

async function isThere(ping: () => Promise<void>): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => void setTimeout(() => resolve(false), PROBE_MS).unref());
  const answered = ping().then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]);
}
