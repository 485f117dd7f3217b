import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { installedLink } from '../../bigcommerce/oauth.ts';
import { storeOfContext } from '../../domain/store-hash.ts';
import { InstallRefused, completeInstall, endInstall } from '../installs.ts';
import type { InstallCallback, Installed, InstalledApp, SignedCallback } from '../installs.ts';
import { readOverview } from '../overview.ts';
import type { HttpDependencies } from './dependencies.ts';
import { html, page, pagePolicy } from './page.ts';
import type { Html } from './page.ts';
import { SignatureRefused, readSignedPayload } from './signed-payload.ts';
import { statePage } from './state-page.ts';

type Query = Record<string, unknown>;
type Request = FastifyRequest<{ Querystring: Query }>;

/** People open and install an app a few times a day; who asks more often is trying something out. */
const PER_MINUTE = 30;

/** The four callbacks of a single-click app (bigcommerce/docs, apps guide): `/auth`, `/load`, `/uninstall`, `/remove_user`. */
export function appRoutes(deps: HttpDependencies, app: InstalledApp): FastifyPluginAsync {
  return async (server) => {
    const options = { config: { rateLimit: { max: PER_MINUTE, timeWindow: 60_000 } } };
    server.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    server.get<{ Querystring: Query }>('/auth', options, (request, reply) => install(deps, app, request, reply));
    server.get<{ Querystring: Query }>('/load', options, (request, reply) =>
      signed(deps, app, request, reply, ({ storeHash }) => showState(deps, app, reply, storeHash)),
    );
    server.get<{ Querystring: Query }>('/uninstall', options, (request, reply) =>
      signed(deps, app, request, reply, async (callback) => {
        const counted = await endInstall(deps.session, callback);
        deps.log.warn({ store: callback.storeHash, counted }, 'the app was uninstalled');
        return reply.send({ ok: true });
      }),
    );
    // Nothing is kept of the users of a store, so there is nothing to remove.
    server.get<{ Querystring: Query }>('/remove_user', options, (request, reply) =>
      signed(deps, app, request, reply, async () => reply.send({ ok: true })),
    );
  };
}

async function install(deps: HttpDependencies, app: InstalledApp, request: Request, reply: FastifyReply) {
  const callback = readCallback(request.query);
  if (!callback) return showRefusal(app, reply, 400, 'This is no installation link of BigCommerce.');
  const isFromOutside = request.query['external_install'] !== undefined;
  try {
    const installed = await completeInstall(deps.session, app, callback);
    deps.log.info({ store: callback.storeHash, sources: installed.sources }, 'the app was installed');
    // An installation that began at the install link ends on a page of BigCommerce.
    if (isFromOutside) return await reply.redirect(installedLink(app, true), 302);
    return await showState(deps, app, reply, callback.storeHash, newsOf(installed));
  } catch (error) {
    if (!(error instanceof InstallRefused)) throw error;
    deps.log.warn(
      { store: callback.storeHash, code: error.code, reason: error.message },
      'an installation was refused',
    );
    const advice = error.advice.map(({ click }) => html`<li>${click}</li>`);
    const hint = HINTS[error.code] ?? 'Open the app again in BigCommerce, or install it once more.';
    return showRefusal(
      app,
      reply,
      error.status,
      error.message,
      html`<ul>
          ${advice}
        </ul>
        <p>${hint}</p>`,
    );
  }
}

const HINTS: Record<string, string> = {
  source_not_found:
    'Apply a source file with connection type oauth and this store hash, run "bcsource source connect NAME", then install the app again.',
  scope_missing: 'Set these scopes, then uninstall the app in this store and install it again.',
  request_rejected:
    'Correct it there when it is another one. Then open the app again in BigCommerce, or install it once more.',
  code_used: 'Open the app in BigCommerce to see how it stands.',
};

/** Everything is checked before anything is asked or stored: the store above all, for it becomes part of an address. */
function readCallback({ code, scope, context }: Query): InstallCallback | undefined {
  const storeHash = storeOfContext(context);
  if (!storeHash) return undefined;
  if (typeof code !== 'string' || !/^[\x21-\x7e]{1,512}$/.test(code)) return undefined;
  if (typeof scope !== 'string' || !/^[a-z0-9_]+( [a-z0-9_]+)*$/.test(scope) || scope.length > 4096) return undefined;
  return { storeHash, code, scope };
}

async function signed(
  deps: HttpDependencies,
  app: InstalledApp,
  request: Request,
  reply: FastifyReply,
  work: (callback: SignedCallback) => Promise<unknown>,
) {
  try {
    return await work(await readSignedPayload(request.query['signed_payload_jwt'], app, deps.now()));
  } catch (error) {
    if (!(error instanceof SignatureRefused)) throw error;
    deps.log.warn({ route: request.routeOptions.url, reason: error.message }, 'a callback was refused');
    return showRefusal(app, reply, 401, 'BigCommerce did not sign this for now. Open the app in its control panel.');
  }
}

function newsOf({ sources, excess, isWoken }: Installed): Html[] {
  const names = sources.join(', ');
  return [
    html`<p class="good">Connected: ${names}. The token is stored encrypted.</p>`,
    ...excess.map(({ scope, click }) => html`<p>Not needed: <code>${scope}</code>. ${click}.</p>`),
    ...(isWoken ? [] : [html`<p>Waiting jobs go on after <code>bcsource source test ${sources[0] ?? ''}</code>.</p>`]),
  ];
}

async function showState(
  deps: HttpDependencies,
  app: InstalledApp,
  reply: FastifyReply,
  storeHash: string,
  news: Html[] = [],
) {
  const overview = await readOverview(
    deps.session,
    deps.now(),
    (source) => source.connectionType === 'oauth' && source.storeHash === storeHash,
  );
  return show(app, reply, storeHash, page(`Store ${storeHash}`, statePage(storeHash, overview, news)));
}

function showRefusal(app: InstalledApp, reply: FastifyReply, status: number, message: string, more?: Html) {
  const body = html`<h1>Not done</h1>
    <p class="bad">${message}</p>
    ${more ?? []}`;
  return show(app, reply.code(status), null, page('Not done', body));
}

/** The control panel of a store shows its app in a frame; nobody else may. */
async function show(app: InstalledApp, reply: FastifyReply, storeHash: string | null, text: string) {
  const panel = `https://${storeHash ? `store-${storeHash.toLowerCase()}` : '*'}.mybigcommerce.com`;
  void reply.helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: pagePolicy([panel, new URL(app.loginUrl).origin]),
    },
    frameguard: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  reply.removeHeader('x-frame-options');
  return reply.type('text/html; charset=utf-8').send(text);
}
