import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';

/** What a probe asks after. */
export interface Vitals {
  /** Whether every queue is polled. */
  isPolling: () => boolean;
  pingDatabase: () => Promise<void>;
  /** Absent where metrics are not asked for here. */
  metrics?: (() => Promise<string>) | undefined;
}

/** An address to listen on. */
export interface Place {
  host: string;
  port: number;
}

/** How long a probe waits; whoever probes gives up after a few seconds itself. */
const PROBE_MS = 2_000;

/**
 * Answers probes: `/healthz`: the process answers; `/readyz`: it polls and reaches Postgres; and `/metrics`. Answers what
 * ends it. Throws where the port is taken.
 */
export async function startHealth({ host, port }: Place, vitals: Vitals): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/healthz') return answer(200, { ok: true });
    const { metrics } = vitals;
    if (request.url === '/metrics' && metrics) return void answerMetrics(response, metrics);
    if (request.url !== '/readyz') return answer(404, { ok: false });
    const polling = vitals.isPolling();
    void isThere(vitals.pingDatabase).then((database) => {
      const ok = polling && database;
      answer(ok ? 200 : 503, { ok, polling, database });
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  // Probes end with the process; they do not keep it alive.
  server.unref();
  return async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
}

async function answerMetrics(response: ServerResponse, metrics: () => Promise<string>): Promise<void> {
  try {
    const text = await metrics();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
  } catch {
    response.writeHead(500).end();
  }
}

async function isThere(ping: () => Promise<void>): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => void setTimeout(() => resolve(false), PROBE_MS).unref());
  const answered = ping().then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]);
}
