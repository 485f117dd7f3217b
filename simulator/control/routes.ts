import type { FastifyPluginAsync } from 'fastify';
import type { Apps } from '../apps/apps.ts';
import type { Stores } from '../stores.ts';
import { appsControl } from './apps.ts';
import { catalogueControl } from './catalogue.ts';
import { ControlEndpoints } from './endpoint.ts';
import { limitsControl } from './limits.ts';
import { ordersControl } from './orders.ts';
import { storesControl } from './stores.ts';
import { webhooksControl } from './webhooks.ts';

/** The control interface, `/_control/...`: how tests and people steer the store. It needs no token. */
export function controlRoutes(stores: Stores, apps: Apps): FastifyPluginAsync {
  return async (app) => {
    const endpoints = new ControlEndpoints(app, stores);
    storesControl(endpoints, stores);
    limitsControl(endpoints);
    catalogueControl(endpoints);
    ordersControl(endpoints);
    webhooksControl(endpoints);
    appsControl(endpoints, apps);
  };
}
