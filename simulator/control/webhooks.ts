import type { ControlEndpoints } from './endpoint.ts';
import { webhooksSchema } from './schemas.ts';

/** Control of webhooks: how the store sends them, with which secrets, and what became of each. */
export function webhooksControl(endpoints: ControlEndpoints): void {
  endpoints.get('/webhooks', ({ store }) => ({
    ...{ settings: store.webhooks.settings, deliveries: store.webhooks.deliveries },
  }));
  endpoints.write('PUT', '/webhooks', webhooksSchema, ({ store, body }) => {
    const { clientSecrets = {}, ...settings } = body;
    for (const [clientId, secret] of Object.entries(clientSecrets)) store.webhooks.clientSecrets.set(clientId, secret);
    const given = Object.entries(settings).filter(([, value]) => value !== undefined);
    store.webhooks.settings = { ...store.webhooks.settings, ...Object.fromEntries(given) };
    return { settings: store.webhooks.settings };
  });
}
