import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createCatalogLookups } from '../../activities/catalog-lookup.ts';
import { createGovernors } from '../../bigcommerce/governors.ts';
import { createHttpServer } from '../../client/http/server.ts';
import type { Session } from '../../client/session.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { readEnvironment } from '../../domain/environment.ts';
import { createMetrics } from '../../workers/metrics.ts';
import { createTestDatabase } from './database.ts';
import { APP } from './server.ts';

export interface HttpOptions {
  /** Where the codes of the app are good; without it there is no app. */
  loginUrl?: string;
  /** What stands for Temporal, which is away by itself. */
  temporal?: () => Promise<unknown>;
}

const isAway = () => Promise.reject(new Error('Temporal is away'));

/** The HTTP server in this process, on a database of its own; its clock can be set. */
export async function startHttp({ loginUrl, temporal = isAway }: HttpOptions = {}) {
  const database = await createTestDatabase();
  const read = readEnvironment({
    DATABASE_URL: database.url,
    BCSOURCE_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
    BCSOURCE_PUBLIC_URL: 'http://127.0.0.1:1',
    ...(loginUrl === undefined ? {} : appAt(loginUrl)),
  });
  if (!read.ok) throw new Error(read.problems.join());
  const { settings } = read;
  const secrets = createSecretBox(settings.encryptionKeys);
  const session: Session = {
    ...{ settings, database: () => Promise.resolve(database.db), close: () => Promise.resolve() },
    temporal: temporal as Session['temporal'],
    dependencies: () =>
      Promise.resolve({
        ...{ db: database.db, secrets, apiUrl: settings.apiUrl, governors: createGovernors() },
        ...{ catalogs: createCatalogLookups(), rememberSecret: () => undefined },
      }),
    webUrl: () => '',
  };
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  let offsetMs = 0;
  const app = settings.app && { ...settings.app, loginUrl: settings.loginUrl, publicUrl: settings.publicUrl! };
  const metrics = createMetrics(() => session.database());
  const server = await createHttpServer({ session, log, app, metrics, now: () => new Date(Date.now() + offsetMs) });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  return {
    ...{ session, db: database.db, secrets, server, port, url: `http://127.0.0.1:${port}`, log: () => lines.join('') },
    moveClock(ms: number) {
      offsetMs = ms;
    },
    async stop() {
      await server.close();
      await database.drop();
    },
  };
}

const appAt = (loginUrl: string) => ({
  BIGCOMMERCE_LOGIN_URL: loginUrl,
  BIGCOMMERCE_CLIENT_ID: APP.clientId,
  BIGCOMMERCE_CLIENT_SECRET: APP.secret,
});
