import type { App, Apps, CallbackKind } from '../apps/apps.ts';
import { ControlError, type ControlCall, type ControlEndpoints } from './endpoint.ts';
import { appSchema, nothingSchema } from './schemas.ts';

/** Control of apps: registering one as in the Developer Portal, and what a supplier does with it in the control panel. */
export function appsControl(endpoints: ControlEndpoints, apps: Apps): void {
  const find = (params: Readonly<Record<string, string>>): App => {
    const app = apps.get(params['clientId'] ?? '');
    if (!app) throw new ControlError(404, `There is no app ${params['clientId']}.`);
    return app;
  };
  endpoints.write('PUT', '/apps/:clientId', appSchema, ({ body, params }) => {
    apps.register({ clientId: params['clientId']!, ...body });
    return { clientId: params['clientId'], name: body.name, scopes: body.scopes };
  });
  /** The address that the control panel opens in its frame, or that BigCommerce's servers call. */
  endpoints.get('/apps/:clientId/signed-url/:kind', async ({ params, store }) => {
    const kind = params['kind'] as CallbackKind;
    const url = ['load', 'uninstall', 'remove_user'].includes(kind)
      ? await apps.signedUrl(find(params), store, kind)
      : undefined;
    if (url === undefined) throw new ControlError(404, `The app has no callback ${kind}.`);
    return { url };
  });
  /** The address that a browser is sent to after "Install". */
  endpoints.write('POST', '/apps/:clientId/auth-url', nothingSchema, ({ params, store }) => ({
    url: apps.authUrl(find(params), store, false),
  }));
  endpoints.write('POST', '/apps/:clientId/uninstall', nothingSchema, (call) =>
    uninstall(apps, find(call.params), call),
  );
}

/** As BigCommerce does it: the token is dead first, then the app is told, and its answer does not matter. */
async function uninstall(apps: Apps, app: App, { store }: ControlCall<unknown>): Promise<{ told: number | null }> {
  apps.uninstall(app, store);
  const url = await apps.signedUrl(app, store, 'uninstall');
  if (url === undefined) return { told: null };
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(10_000), redirect: 'manual' });
    return { told: status };
  } catch {
    return { told: null };
  }
}
