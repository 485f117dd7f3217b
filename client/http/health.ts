import type { FastifyPluginAsync } from 'fastify';
import type { HttpDependencies } from './dependencies.ts';
import { pingDatabase } from '../../database/ping.ts';

/** How long a probe waits; whoever probes gives up after a few seconds itself. */
const PROBE_MS = 2_000;

/**
 * `/healthz`: the process answers. `/readyz`: it can take something in, which needs Postgres; Temporal is told, but what
 * is taken in while it is away is started when it is back.
 */
export function healthRoutes(deps: HttpDependencies): FastifyPluginAsync {
  return async (app) => {
    const unlimited = { config: { rateLimit: false } };
    app.get('/healthz', unlimited, async () => ({ ok: true }));
    app.get('/readyz', unlimited, async (_request, reply) => {
      const [database, temporal] = await Promise.all([
        isThere(() => askDatabase(deps)),
        isThere(() => askTemporal(deps)),
      ]);
      await reply.code(database ? 200 : 503).send({ ok: database, database, temporal });
    });
  };
}

async function askDatabase({ session }: HttpDependencies): Promise<void> {
  await pingDatabase(await session.database());
}

async function askTemporal({ session }: HttpDependencies): Promise<void> {
  const { connection } = await session.temporal();
  await connection.withDeadline(Date.now() + PROBE_MS, () => connection.workflowService.getSystemInfo({}));
}

async function isThere(ask: () => Promise<void>): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PROBE_MS).unref());
  return Promise.race([
    ask().then(
      () => true,
      () => false,
    ),
    late,
  ]);
}
