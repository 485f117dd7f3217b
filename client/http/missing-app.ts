import type { FastifyPluginAsync } from 'fastify';
import { listSources } from '../../database/sources.ts';
import type { Settings } from '../../domain/environment.ts';
import { missingOfApp } from '../app-settings.ts';
import type { HttpDependencies } from './dependencies.ts';

/** The addresses of an app that this server does not know: whoever comes there is told, and the log says so too. */
export function missingAppRoutes({ session, log }: HttpDependencies): FastifyPluginAsync {
  return async (server) => {
    for (const path of ['/auth', '/load', '/uninstall', '/remove_user']) {
      server.get(path, async (_request, reply) => {
        const message = adviceOf(session.settings);
        log.error({ route: path }, `a callback cannot be answered: ${message}`);
        return reply.code(503).send({ error: { code: 'app_unknown', message } });
      });
    }
  };
}

function adviceOf(settings: Settings): string {
  const names = missingOfApp(settings).join(', ');
  return `This server knows no app. Set ${names} for \`bcsource serve\` and start it again; see docs/connect.md.`;
}

/** Sources that are to be connected by an app, though this server knows none: each is told of once. */
export function createAppWatch({ session, log, app }: Pick<HttpDependencies, 'session' | 'log' | 'app'>) {
  const told = new Set<string>();
  /** One look. Answers the names that are new. */
  return async function look(): Promise<string[]> {
    if (app) return [];
    const found = await listSources(await session.database());
    const names = found.filter(({ connectionType }) => connectionType === 'oauth').map(({ name }) => name);
    const fresh = names.filter((name) => !told.has(name));
    for (const name of fresh) told.add(name);
    if (fresh.length > 0) log.error({ sources: fresh }, `sources wait for an app. ${adviceOf(session.settings)}`);
    return fresh;
  };
}
