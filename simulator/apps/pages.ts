import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import type { Store } from '../store.ts';
import type { Stores } from '../stores.ts';
import { TokenRefused, type App, type Apps, type TokenRequest } from './apps.ts';

interface Place {
  Params: { clientId: string; hash: string };
}

/** What BigCommerce shows to people who install and open an app, and its token endpoint. */
export function appPages(stores: Stores, apps: Apps): FastifyPluginAsync {
  return async (server) => {
    const find = (params: Partial<Place['Params']>, reply: FastifyReply): { app: App; store?: Store } | undefined => {
      const app = apps.get(params.clientId ?? '');
      const store = params.hash === undefined ? undefined : stores.get(params.hash);
      if (app && (params.hash === undefined || store)) return { app, ...(store ? { store } : {}) };
      void show(reply.code(404), 'Not found', '<p>There is no such app or store.</p>');
      return undefined;
    };

    server.post('/oauth2/token', (request, reply) => exchange(apps, request.body, reply));

    server.get<Place>('/app/:clientId/install', (request, reply) => {
      const found = find({ clientId: request.params.clientId }, reply);
      return found ? show(reply, `Install ${found.app.name}`, installForm(found.app, stores.hashes())) : reply;
    });
    server.post<Place>('/app/:clientId/install', (request, reply) => {
      const hash = new URLSearchParams(String(request.body ?? '')).get('store') ?? '';
      const found = find({ clientId: request.params.clientId, hash }, reply);
      return found ? reply.redirect(apps.authUrl(found.app, found.store!, true), 302) : reply;
    });
    for (const [end, text] of Object.entries({ succeeded: 'The app is installed.', failed: 'It was not installed.' })) {
      server.get<Place>(`/app/:clientId/install/${end}`, (_request, reply) => show(reply, text, `<p>${text}</p>`));
    }

    // The control panel of a store: it shows an app in a frame, and installs one that is not there yet.
    server.get<Place>('/manage/:hash/app/:clientId', async (request, reply) => {
      const found = find(request.params, reply);
      if (!found) return reply;
      const { app, store } = found;
      const url = apps.isInstalled(app, store!)
        ? await apps.signedUrl(app, store!, 'load')
        : apps.authUrl(app, store!, false);
      return show(
        reply,
        `Store ${store!.hash}: ${app.name}`,
        `<iframe title="${text(app.name)}" src="${text(url!)}"></iframe>`,
      );
    });
  };
}

async function exchange(apps: Apps, body: unknown, reply: FastifyReply): Promise<FastifyReply> {
  try {
    return await reply.send(apps.exchange(JSON.parse(String(body)) as TokenRequest));
  } catch (error) {
    const message = error instanceof TokenRefused ? error.message : 'The body is not JSON.';
    return reply.code(400).send({ error: message });
  }
}

function installForm(app: App, hashes: string[]): string {
  const stores = hashes.map((hash) => `<option value="${text(hash)}">${text(hash)}</option>`).join('');
  const scopes = app.scopes.map((scope) => `<li>${text(scope)}</li>`).join('');
  return `<p>${text(app.name)} asks for:</p><ul>${scopes}</ul>
    <form method="post"><label>Store <select name="store">${stores}</select></label> <button>Install</button></form>`;
}

const STYLE =
  'body{font:15px system-ui,sans-serif;margin:0;background:#f3f4f6}header{background:#273a8a;color:#fff;padding:.75rem 1.5rem}main{padding:1.5rem}iframe{background:#fff;border:1px solid #ccc;width:100%;height:75vh}';

function show(reply: FastifyReply, title: string, body: string): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${text(title)}</title><style>${STYLE}</style></head>` +
        `<body><header>Simulated BigCommerce</header><main><h1>${text(title)}</h1>${body}</main></body></html>`,
    );
}

function text(value: string): string {
  return value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
