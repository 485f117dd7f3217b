import fastify, { type FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { Apps } from './apps/apps.ts';
import { appPages } from './apps/pages.ts';
import type { CatalogueSize } from './generator/plan.ts';
import { versionedError } from './http/answers.ts';
import { serve, type Route, type Running } from './http/pipeline.ts';
import { UNLIMITED_QUOTA, type QuotaSettings } from './http/quota.ts';
import { openJournal, type Journal } from './journal.ts';
import { ROUTES } from './routes.ts';
import { DEFAULT_STORE, Stores } from './stores.ts';
import { controlRoutes } from './control/routes.ts';

export interface SimulatorOptions {
  readonly size?: Partial<CatalogueSize>;
  readonly quota?: QuotaSettings;
  /** The clock; tests give one that they can set. */
  readonly now?: () => number;
  /** Where orders, customers, hooks and catalogue changes are kept over a restart. */
  readonly stateFile?: string;
  /** Where a line about every request goes. */
  readonly logFile?: string;
  readonly cacheBytes?: number;
}

export interface Simulator {
  readonly app: FastifyInstance;
  readonly stores: Stores;
  /** Listens on 127.0.0.1 and answers the URL; port 0 takes a free one. */
  listen(port: number): Promise<string>;
  close(): Promise<void>;
}

export const DEFAULT_SIZE: CatalogueSize = { preset: 'shop', products: 2000, variants: 3, seed: 1 };
const DEFAULT_CACHE_BYTES = 600 * 1024 * 1024;
const BODY_LIMIT = 50 * 1024 * 1024;

/** Makes a simulated BigCommerce with one store, `demo`; nothing listens until `listen` is called. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const journal = options.stateFile === undefined ? undefined : openJournal(options.stateFile);
  const stores = new Stores({
    size: { ...DEFAULT_SIZE, ...options.size },
    quota: options.quota ?? UNLIMITED_QUOTA,
    now: options.now ?? Date.now,
    cacheBytes: options.cacheBytes ?? DEFAULT_CACHE_BYTES,
    record: (event) => journal?.append(event),
  });
  if (journal !== undefined) restore(stores, journal);
  const app = buildApp(stores, options.logFile, options.now ?? Date.now);
  return {
    app,
    stores,
    listen: async (port) => {
      await app.listen({ host: '127.0.0.1', port });
      return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    },
    close: () => closeAll(app, stores, journal),
  };
}

/** A new journal begins with the catalogue that everything after it is about; an old one decides which one that is. */
function restore(stores: Stores, journal: Journal): void {
  stores.replay(journal.events);
  const size = stores.get(DEFAULT_STORE)?.catalogue.size;
  if (journal.events.length === 0 && size !== undefined) journal.append({ type: 'store', store: DEFAULT_STORE, size });
}

async function closeAll(app: FastifyInstance, stores: Stores, journal: Journal | undefined): Promise<void> {
  for (const hash of stores.hashes()) stores.get(hash)?.webhooks.stop();
  await app.close();
  journal?.close();
}

function buildApp(stores: Stores, logFile: string | undefined, now: () => number): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true },
    logger: logFile === undefined ? false : { file: logFile },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  const running: Running = new Map();
  const find = (hash: string): ReturnType<Stores['get']> => stores.get(hash);
  for (const route of ROUTES) {
    app.route<{ Params: { hash: string } }>({
      method: route.method,
      url: `/stores/:hash${route.path}`,
      exposeHeadRoute: false,
      handler: (request, reply) => serve(route, find(request.params.hash), running, request, reply),
    });
  }
  app.setNotFoundHandler(async (request, reply) => {
    const [, hash = '', rest = ''] = /^\/stores\/([^/?]+)([^?]*)/.exec(request.url) ?? [];
    const version = rest.startsWith('/v2') ? 'v2' : 'v3';
    // A bad path or method is 404 as well (bigcommerce/docs, start/about/status-codes.mdx).
    const handler = (): ReturnType<Route['handler']> =>
      versionedError(version, 404, 'The route is not found, check the URL.');
    const route: Route = { method: 'GET', path: `/${version}/*`, scope: 'none', handler };
    await serve(route, find(hash), running, request, reply);
  });
  const apps = new Apps(stores, now);
  void app.register(controlRoutes(stores, apps), { prefix: '/_control' });
  void app.register(appPages(stores, apps));
  return app;
}
