import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { appRoutes } from './app-routes.ts';
import type { HttpDependencies } from './dependencies.ts';
import { answerFailure, answerFailures } from './failures.ts';
import { healthRoutes } from './health.ts';
import { metricsRoutes } from './metrics.ts';
import { missingAppRoutes } from './missing-app.ts';
import { logAnswers } from './request-log.ts';
import { webhookRoutes } from './webhooks.ts';

/** What a caller may cost us, with the reasons. */
const limits = {
  /** A callback has no body, and a webhook holds ids: a kilobyte. */
  bodyBytes: 64 * 1024,
  /** Head and body of a request must be here by then, or a slow sender would keep a connection for free. */
  requestMs: 10_000,
  headersMs: 5_000,
  /** How often Node looks for requests that are over their time; its own 30 s would make the times above meaningless. */
  checkMs: 1_000,
  keepAliveMs: 10_000,
  /** Requests a minute and caller. A group of routes that expects more says so itself. */
  perMinute: 300,
} as const;

/**
 * The HTTP server with all groups of routes; nothing listens before `listen`. Each group is a plugin of its own: what
 * it changes (parsers of bodies, limits, headers) holds for itself alone.
 */
export async function createHttpServer(deps: HttpDependencies): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    // Its own lines hold the whole address, and in ours that means codes and tokens.
    logController: new LogController({ disableRequestLogging: true }),
    // A proxy on this machine may name the caller; nobody else is believed.
    trustProxy: 'loopback',
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    forceCloseConnections: 'idle',
    // For addresses that Fastify cannot read: no handler of a route hears of them.
    frameworkErrors: answerFailure,
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: limits.checkMs,
    },
  });
  logAnswers(app);
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    // What comes back over an address of ours may hold a code: it goes to nobody else.
    referrerPolicy: { policy: 'no-referrer' },
  });
  await app.register(rateLimit, { max: limits.perMinute, timeWindow: 60_000 });
  answerFailures(app);
  await app.register(healthRoutes(deps));
  await app.register(metricsRoutes(deps));
  await app.register(webhookRoutes(deps));
  await app.register(deps.app ? appRoutes(deps, deps.app) : missingAppRoutes(deps));
  return app;
}
