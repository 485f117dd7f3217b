import type { FastifyInstance } from 'fastify';

/**
 * One line an answer: the route as it is declared, never the address as it came, which may hold a code, a token or
 * anything at all; and never who asked.
 */
export function logAnswers(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    const line = {
      method,
      route: routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      ms: round(reply.elapsedTime),
    };
    if (isQuiet(line)) request.log.debug(line, 'answered');
    else request.log.info(line, 'answered');
    done();
  });
}

/** Probes ask every few seconds; only what goes wrong is worth a line. */
function isQuiet({ route, status }: { route: string; status: number }): boolean {
  return ['/healthz', '/readyz', '/metrics'].includes(route) && status < 400;
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
