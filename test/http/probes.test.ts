import { afterEach, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { createHttpServer } from '../../client/http/server.ts';
import type { Session } from '../../client/session.ts';
import type { Database } from '../../database/connect.ts';
import { choosePorts } from '../../local/ports.ts';
import { startHealth } from '../../workers/health.ts';
import { createMetrics } from '../../workers/metrics.ts';
import { startHttp } from '../helpers/http.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A Postgres that is away, in both ways. */
const away: [string, () => Promise<never>][] = [
  ['refuses', () => Promise.reject(new Error('connect ECONNREFUSED'))],
  ['never answers', () => new Promise<never>(() => undefined)],
];

async function ask(url: string, path: string) {
  // Whoever probes gives up after some seconds; a probe that hangs is no answer.
  const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(10_000) });
  return { status: response.status, body: await response.json() };
}

describe('a worker is asked', () => {
  async function startWorkerProbes(pingDatabase: () => Promise<void>, isPolling = true): Promise<string> {
    const { port } = await choosePorts(['port']);
    ends.push(await startHealth({ host: '127.0.0.1', port }, { isPolling: () => isPolling, pingDatabase }));
    return `http://127.0.0.1:${port}`;
  }

  it.each(away)('and is alive but not ready while Postgres %s', async (_how, pingDatabase) => {
    const url = await startWorkerProbes(pingDatabase);
    expect(await ask(url, '/healthz')).toEqual({ status: 200, body: { ok: true } });
    expect(await ask(url, '/readyz')).toEqual({ status: 503, body: { ok: false, polling: true, database: false } });
  });

  it('and is ready only while it polls', async () => {
    const [polls, waits] = [await startWorkerProbes(async () => {}), await startWorkerProbes(async () => {}, false)];
    expect(await ask(polls, '/readyz')).toEqual({ status: 200, body: { ok: true, polling: true, database: true } });
    expect(await ask(waits, '/readyz')).toEqual({ status: 503, body: { ok: false, polling: false, database: true } });
  });
});

describe('serve is asked', () => {
  it('for an address that cannot be read, and says so as it says everything', async () => {
    const http = await startHttp();
    ends.push(() => http.stop());
    const error = { code: 'bad_request', message: 'The request cannot be understood.' };
    expect(await ask(http.url, '/%zz')).toEqual({ status: 400, body: { error } });
  });

  it.each(away)('and is alive but not ready while Postgres %s', async (_how, database) => {
    const settings = { encryptionKeys: Buffer.alloc(32, 5).toString('base64') };
    const session = { settings, database, temporal: database } as unknown as Session;
    const metrics = createMetrics(database as () => Promise<Database>);
    const log = pino({ level: 'silent' });
    const app = await createHttpServer({ session, log, app: null, metrics, now: () => new Date() });
    ends.push(() => app.close());
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    expect(await ask(url, '/healthz')).toEqual({ status: 200, body: { ok: true } });
    expect(await ask(url, '/readyz')).toEqual({ status: 503, body: { ok: false, database: false, temporal: false } });
  });
});
