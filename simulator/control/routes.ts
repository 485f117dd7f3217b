import type { FastifyPluginAsync } from 'fastify';
import type { Stores } from '../stores.ts';
export function controlRoutes(stores: Stores): FastifyPluginAsync {
  return async (app) => { app.get('/state', async () => ({ stores: stores.hashes() })); };
}
