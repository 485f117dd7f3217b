import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { HttpDependencies } from './dependencies.ts';

/**
 * `/metrics`, for this machine itself only: a caller whom a proxy hands on gets what there is nowhere. A Prometheus elsewhere
 * asks at BCSOURCE_METRICS_ADDRESS.
 */
export function metricsRoutes({ metrics }: HttpDependencies): FastifyPluginAsync {
  return async (app) => {
    app.get('/metrics', { config: { rateLimit: false } }, async (request, reply) => {
      if (!isFromHere(request)) return reply.callNotFound();
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics.render());
    });
  };
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const HANDED_ON = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

function isFromHere({ socket, headers }: FastifyRequest): boolean {
  return LOOPBACK.has(socket.remoteAddress ?? '') && HANDED_ON.every((name) => headers[name] === undefined);
}
