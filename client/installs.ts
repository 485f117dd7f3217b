import { createHash } from 'node:crypto';
import { StoreError } from '../bigcommerce/failures.ts';
import { exchangeCode } from '../bigcommerce/oauth.ts';
import type { Grant } from '../bigcommerce/oauth.ts';
import { replaceRefusal } from '../database/connection-refusals.ts';
import { saveCredential } from '../database/credentials.ts';
import { noteInstalled, noteRefused, noteUninstalled, useOnce } from '../database/installs.ts';
import { listSourcesOfApp } from '../database/sources.ts';
import type { StoredSource } from '../database/sources.ts';
import type { AppSettings } from '../domain/environment.ts';
import { compareScopes, configuredJobs, heldAccess, neededAccess, scopeAreas } from '../domain/scopes.ts';
import type { ScopeAdvice } from '../domain/scopes.ts';
import type { Session } from './session.ts';
import { wakeRequests } from './sources.ts';

/** The app, and where BigCommerce sends the browsers of those who install it. */
export interface InstalledApp extends AppSettings {
  loginUrl: string;
  publicUrl: string;
}

/** What the auth callback brought, checked. */
export interface InstallCallback {
  storeHash: string;
  code: string;
  scope: string;
}

/** An installation that is not taken: says why to whoever installs, with the HTTP status that fits. */
export class InstallRefused extends Error {
  override readonly name = 'InstallRefused';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly advice: ScopeAdvice[] = [],
  ) {
    super(message);
  }
}

export interface Installed {
  sources: string[];
  /** Scopes that none of the jobs needs. */
  excess: ScopeAdvice[];
  /** False when Temporal could not be told; then a test of the connection makes the jobs go on. */
  isWoken: boolean;
}

/**
 * Takes an installation: exchanges the code, compares the granted scopes with what the jobs need, and stores the token,
 * encrypted, for each source of the store. An installed app is updated in place: requests that wait go on waiting. Throws
 * InstallRefused; then an earlier credential is as it was, and where BigCommerce granted nothing, so is all that is known
 * of the installation.
 */
export async function completeInstall(
  session: Session,
  app: InstalledApp,
  callback: InstallCallback,
): Promise<Installed> {
  const { storeHash } = callback;
  const { db, secrets, rememberSecret } = await session.dependencies();
  const sources = await listSourcesOfApp(db, storeHash);
  if (sources.length === 0) throw refusal(404, 'source_not_found', `No source expects the store ${storeHash}.`);
  if (!(await useOnce(db, digestOf(`code ${app.clientId} ${callback.code}`))))
    throw refusal(409, 'code_used', 'This installation link was used already.');
  const grant = await exchange(app, callback);
  rememberSecret(grant.accessToken);
  // Anybody may have called until here, so nothing is noted of it: only the grant is BigCommerce's own word.
  try {
    const excess = refuseMissingScopes(sources, grant.scopes);
    const { clientId, clientSecret } = app;
    const credential = { clientId, clientSecret, accessToken: grant.accessToken, storeHash };
    await db.transaction().execute(async (trx) => {
      for (const { id } of sources) await saveCredential(trx, secrets, id, credential);
      await noteInstalled(trx, storeHash, grant.scopes);
    });
    return { sources: sources.map(({ name }) => name), excess, isWoken: await wakeAll(session, sources) };
  } catch (error) {
    if (error instanceof InstallRefused) await noteRefused(db, storeHash, { code: error.code, reason: error.message });
    throw error;
  }
}

async function exchange(app: InstalledApp, { storeHash, code, scope }: InstallCallback): Promise<Grant> {
  const redirectUri = `${app.publicUrl}/auth`;
  try {
    return await exchangeCode(app, { code, scope, context: `stores/${storeHash}`, redirectUri });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    // The commonest mistake in setting an app up, which no further try mends.
    const compare = `Compare: the Auth callback of the app in the Developer Portal must be ${redirectUri} (BCSOURCE_PUBLIC_URL + /auth).`;
    const message = `${error.message.replace(/\.+$/, '')}.`;
    throw refusal(502, error.code, error.code === 'request_rejected' ? `${message} ${compare}` : message);
  }
}

/** Scopes that are too many; throws when some are missing. */
function refuseMissingScopes(sources: StoredSource[], scopes: string[]): ScopeAdvice[] {
  const each = sources.map(({ settings }) => configuredJobs(settings));
  const jobs = {
    inventory: each.some((of) => of.inventory),
    fulfillment: each.some((of) => of.fulfillment),
    shipments: each.some((of) => of.shipments),
  };
  const { missing, excess } = compareScopes(neededAccess(jobs), heldAccess(scopes), scopeAreas, 'oauth');
  if (missing.length === 0) return excess;
  const names = missing.map(({ scope }) => scope).join(', ');
  throw new InstallRefused(403, 'scope_missing', `The app was not given ${names}.`, missing);
}

async function wakeAll(session: Session, sources: StoredSource[]): Promise<boolean> {
  try {
    for (const { id, name } of sources) await wakeRequests(session, id, name);
    return true;
  } catch {
    return false;
  }
}

/** What BigCommerce signed, read from a callback. */
export interface SignedCallback {
  storeHash: string;
  tokenId: string;
  issuedAt: Date;
}

/**
 * The app was uninstalled: the jobs of its sources wait, and the alarm about the connection tells it once. A callback that
 * comes twice, or that is older than the newest installation, changes nothing. Answers whether it counted.
 */
export async function endInstall(session: Session, { storeHash, tokenId, issuedAt }: SignedCallback): Promise<boolean> {
  const db = await session.database();
  return db.transaction().execute(async (trx) => {
    if (!(await useOnce(trx, digestOf(`uninstall ${tokenId}`)))) return false;
    if (!(await noteUninstalled(trx, storeHash, issuedAt))) return false;
    const message = `The app was uninstalled in the store ${storeHash}.`;
    for (const { id } of await listSourcesOfApp(trx, storeHash))
      await replaceRefusal(trx, id, { code: 'app_uninstalled', message });
    return true;
  });
}

/** Codes and ids of tokens are kept as digests only. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function refusal(status: number, code: string, message: string): InstallRefused {
  return new InstallRefused(status, code, message);
}
