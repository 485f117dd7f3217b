import { got } from 'got';
import { z } from 'zod';
import { storeOfContext } from '../domain/store-hash.ts';
import { StoreError, errorOfAnswer, errorText } from './failures.ts';

/** An app as BigCommerce's login server knows it. */
export interface App {
  loginUrl: string;
  clientId: string;
  clientSecret: string;
}

/** What BigCommerce's auth callback hands over; checked before, see domain/store-hash.ts. */
export interface AuthCallback {
  code: string;
  scope: string;
  context: string;
  /** Exactly the registered callback. */
  redirectUri: string;
}

export interface Grant {
  accessToken: string;
  scopes: string[];
}

/** Where a supplier installs the app, from outside of its control panel (bigcommerce/dev-docs, "install button"). */
export function installLink({ loginUrl, clientId }: Pick<App, 'loginUrl' | 'clientId'>): string {
  return appPage({ loginUrl, clientId }, 'install');
}

/** Where an installation that began at the install link ends. */
export function installedLink(app: Pick<App, 'loginUrl' | 'clientId'>, isDone: boolean): string {
  return appPage(app, isDone ? 'install/succeeded' : 'install/failed');
}

function appPage({ loginUrl, clientId }: Pick<App, 'loginUrl' | 'clientId'>, page: string): string {
  return `${loginUrl.replace(/\/+$/, '')}/app/${encodeURIComponent(clientId)}/${page}`;
}

/** A small answer of a server that does nothing else; a person looks at an empty frame meanwhile. */
const TIMEOUT_MS = 15_000;
const PATH = 'oauth2/token';

/** Other fields name users of the store: nobody here needs them. */
const grantSchema = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{8,512}$/),
  scope: z.string().max(4096),
  context: z.string(),
});

/**
 * Exchanges a code for a token (bigcommerce/docs, apps guide, "auth"). Asks once: a code is good for one exchange. Throws
 * StoreError when it is refused, when nothing readable comes back, or when the token is for another store.
 */
export async function exchangeCode(app: App, callback: AuthCallback): Promise<Grant> {
  const { statusCode, body } = await ask(app, callback);
  const call = { method: 'POST', path: PATH };
  if (statusCode !== 200) {
    throw errorOfAnswer(call, statusCode, JSON.stringify({ message: reasonIn(body, app, callback) }), undefined);
  }
  const grant = grantSchema.safeParse(parse(body));
  if (!grant.success) {
    const fields = [...new Set(grant.error.issues.map((issue) => issue.path.join('.') || 'body'))].join(', ');
    throw unexpected(`BigCommerce's answer to POST ${PATH} cannot be used (${fields})`);
  }
  const { access_token: accessToken, scope, context } = grant.data;
  if (storeOfContext(context) === undefined || context !== callback.context) {
    throw unexpected(`BigCommerce's answer to POST ${PATH} is for another store`);
  }
  return { accessToken, scopes: scope.split(/\s+/).filter((each) => each !== '') };
}

async function ask(app: App, { code, scope, context, redirectUri }: AuthCallback) {
  const { loginUrl, clientId, clientSecret } = app;
  try {
    return await got.post(`${loginUrl.replace(/\/+$/, '')}/${PATH}`, {
      json: {
        ...{ client_id: clientId, client_secret: clientSecret, code, scope, context },
        ...{ grant_type: 'authorization_code', redirect_uri: redirectUri },
      },
      headers: { accept: 'application/json', 'user-agent': 'bigcommerce-source' },
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      timeout: { request: TIMEOUT_MS },
    });
  } catch (error) {
    // An error of got carries its request, and that holds the secret.
    const code = (error as { code?: unknown }).code;
    const why = typeof code === 'string' ? code : 'unknown';
    const details = { method: 'POST', path: PATH };
    throw new StoreError('store_unavailable', `BigCommerce did not answer POST ${PATH} (${why})`, details);
  }
}

/** Why the exchange was refused, in BigCommerce's words, without what was sent: whoever refuses may quote it. */
function reasonIn(body: string, { clientSecret }: App, { code }: AuthCallback): string | undefined {
  const hide = (text: string) => text.replaceAll(code, '[code]').replaceAll(clientSecret, '[secret]');
  // Before words are cut off, which could leave a part of a secret; and after JSON's escapes are read.
  const safe = hide(body);
  // OAuth's own errors (RFC 6749, 5.2) have neither a message nor a title.
  const { error_description: description, error } = (parse(safe) ?? {}) as Record<string, unknown>;
  const words = errorText(safe) ?? [description, error].find((text): text is string => typeof text === 'string');
  return words && hide(words).replace(/\p{Cc}+/gu, ' ');
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function unexpected(message: string): StoreError {
  return new StoreError('unexpected_answer', message, { method: 'POST', path: PATH, status: 200 });
}
