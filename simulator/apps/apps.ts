import { randomBytes, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Store } from '../store.ts';
import type { Stores } from '../stores.ts';

export type CallbackKind = 'load' | 'uninstall' | 'remove_user';

/** An app as the Developer Portal knows it. */
export interface App {
  readonly clientId: string;
  readonly secret: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly callbacks: Readonly<{ auth: string; load: string } & Partial<Record<CallbackKind, string | undefined>>>;
}

interface Code {
  readonly clientId: string;
  readonly context: string;
  readonly scope: string;
  readonly expiresAt: number;
}

/** What the token endpoint is asked with. */
export interface TokenRequest {
  client_id?: unknown;
  client_secret?: unknown;
  code?: unknown;
  scope?: unknown;
  context?: unknown;
  grant_type?: unknown;
  redirect_uri?: unknown;
}

export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/** BigCommerce's codes are for the redirect that follows at once. */
const CODE_LIVES_MS = 60_000;
/** Signed callbacks are valid for about a day (bigcommerce/docs, apps guide, "callbacks"). */
const TOKEN_LIVES_S = 86_400;

/**
 * Apps, their installations and the codes that are under way. A class because a code must be good for one exchange only.
 * Nothing of it survives a restart but the tokens, which belong to the stores.
 */
export class Apps {
  readonly #stores: Stores;
  readonly #now: () => number;
  readonly #apps = new Map<string, App>();
  readonly #codes = new Map<string, Code>();
  /** Tokens by store and app. */
  readonly #tokens = new Map<string, string>();

  constructor(stores: Stores, now: () => number) {
    this.#stores = stores;
    this.#now = now;
  }

  get(clientId: string): App | undefined {
    return this.#apps.get(clientId);
  }

  register(app: App): void {
    this.#apps.set(app.clientId, app);
  }

  isInstalled(app: App, store: Store): boolean {
    return this.#tokens.has(keyOf(app, store));
  }

  /** Where a browser is sent that has agreed to install an app: the auth callback with a code. */
  authUrl(app: App, store: Store, isFromOutside: boolean): string {
    const code = randomBytes(16).toString('hex');
    const context = `stores/${store.hash}`;
    const scope = ['users_basic_information', ...app.scopes].join(' ');
    this.#codes.set(code, { clientId: app.clientId, context, scope, expiresAt: this.#now() + CODE_LIVES_MS });
    const url = new URL(app.callbacks.auth);
    const query = { account_uuid: randomUUID(), code, context, scope };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    if (isFromOutside) url.searchParams.set('external_install', 'true');
    return url.href;
  }

  /** The token endpoint. Throws TokenRefused. A new token takes the place of the app's former one. */
  exchange(request: TokenRequest): Record<string, unknown> {
    const app = this.#apps.get(String(request.client_id));
    if (!app || request.client_secret !== app.secret) throw new TokenRefused('Invalid client id or secret.');
    if (request.grant_type !== 'authorization_code') throw new TokenRefused('Invalid grant type.');
    if (request.redirect_uri !== app.callbacks.auth) throw new TokenRefused('Invalid redirect uri.');
    const code = this.#codes.get(String(request.code));
    this.#codes.delete(String(request.code));
    if (!code || code.clientId !== app.clientId || code.expiresAt < this.#now())
      throw new TokenRefused('Invalid code.');
    const store = this.#stores.get(code.context.slice('stores/'.length));
    if (!store) throw new TokenRefused('Invalid context.');
    // A context that is not the code's still yields a token, but one that may do nothing (NangoHQ/nango#7026).
    const isRight = request.context === code.context && request.scope === code.scope;
    const accessToken = this.#grant(app, store, isRight ? app.scopes : []);
    const user = { id: 1, username: 'Jo Supplier', email: 'jo@supplier.example' };
    const scope = isRight ? code.scope : '';
    return {
      access_token: accessToken,
      scope,
      user,
      owner: user,
      context: request.context,
      account_uuid: randomUUID(),
    };
  }

  #grant(app: App, store: Store, scopes: readonly string[]): string {
    const before = this.#tokens.get(keyOf(app, store));
    if (before !== undefined) drop(store, before);
    const token = randomBytes(16).toString('hex');
    this.#tokens.set(keyOf(app, store), token);
    store.tokens.set(token, new Set(scopes));
    store.appTokens.set(token, app.clientId);
    // The app's webhooks are signed by its own secret.
    store.webhooks.clientSecrets.set(app.clientId, app.secret);
    this.#recordTokens(store);
    return token;
  }

  /** Takes the app out of a store: its token is dead and its webhooks are gone. */
  uninstall(app: App, store: Store): void {
    const token = this.#tokens.get(keyOf(app, store));
    this.#tokens.delete(keyOf(app, store));
    if (token !== undefined) drop(store, token);
    for (const hook of store.hooks.all()) if (hook.client_id === app.clientId) store.hooks.delete(hook.id);
    this.#recordTokens(store);
  }

  #recordTokens(store: Store): void {
    const tokens = Object.fromEntries([...store.tokens].map(([token, scopes]) => [token, [...scopes]]));
    store.record({ type: 'tokens', store: store.hash, tokens });
  }

  /** A callback with its `signed_payload_jwt`, or undefined where the app has not registered it. */
  async signedUrl(app: App, store: Store, kind: CallbackKind): Promise<string | undefined> {
    const callback = app.callbacks[kind];
    if (callback === undefined) return undefined;
    const url = new URL(callback);
    url.searchParams.set('signed_payload_jwt', await this.#sign(app, store));
    return url.href;
  }

  #sign(app: App, store: Store): Promise<string> {
    const seconds = Math.floor(this.#now() / 1000);
    const user = { id: 1, email: 'jo@supplier.example', locale: 'en-US' };
    const claims = { user, owner: { id: 1, email: user.email }, url: '/', channel_id: null };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setAudience(app.clientId)
      .setIssuer('bc')
      .setIssuedAt(seconds)
      .setNotBefore(seconds - 5)
      .setExpirationTime(seconds + TOKEN_LIVES_S)
      .setJti(randomUUID())
      .setSubject(`stores/${store.hash}`)
      .sign(new TextEncoder().encode(app.secret));
  }
}

function drop(store: Store, token: string): void {
  store.tokens.delete(token);
  store.appTokens.delete(token);
}

function keyOf(app: App, store: Store): string {
  return `${store.hash} ${app.clientId}`;
}
