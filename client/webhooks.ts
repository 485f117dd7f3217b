import { randomBytes } from 'node:crypto';
import { alignHooks, removeHooks } from '../activities/align-hooks.ts';
import type { AlignedHook } from '../activities/align-hooks.ts';
import { notConnected, openStore } from '../activities/stores.ts';
import { listHooks } from '../bigcommerce/hooks.ts';
import { loadCredential } from '../database/credentials.ts';
import type { Credential } from '../database/credentials.ts';
import type { StoredSource } from '../database/sources.ts';
import * as receivers from '../database/webhook-receivers.ts';
import { neededScopes } from '../domain/webhooks.ts';
import { WEBHOOKS_PATH } from './http/webhooks-path.ts';
import { requireApp } from './app-settings.ts';
import { advisedError, usageError } from './errors.ts';
import type { Session } from './session.ts';

/** A webhook as the store has it, beside what it should be. */
export interface HookRow {
  scope: string;
  hookId: number | null;
  state: 'active' | 'switched_off' | 'missing';
}

export interface WebhookState {
  source: string;
  /** Null where the source has none. */
  destination: string | null;
  hooks: HookRow[];
  lastEventAt: Date | null;
}

/** What the store says of the webhooks of a source. Changes nothing. Fails where the source is not connected. */
export async function readWebhooks(session: Session, source: StoredSource): Promise<WebhookState> {
  const deps = await session.dependencies();
  const receiver = await receivers.findReceiver(deps.db, deps.secrets, source.id);
  const lastEventAt = await receivers.lastEventAt(deps.db, source.id);
  if (!receiver) {
    await requireCredential(session, source);
    return { source: source.name, destination: null, hooks: [], lastEventAt };
  }
  const { destination } = receiver;
  const found = (await listHooks(await openStore(deps, source, 'send'))).filter(
    (hook) => hook.destination === destination,
  );
  const hooks = neededScopes(source.settings).map((scope): HookRow => {
    const hook = found.find((each) => each.scope === scope);
    if (!hook) return { scope, hookId: null, state: 'missing' };
    return { scope, hookId: hook.id, state: hook.isActive ? 'active' : 'switched_off' };
  });
  return { source: source.name, destination, hooks, lastEventAt };
}

/**
 * Makes the webhooks that the jobs of a source need, sending to the public address of `bcsource serve`. Safe to repeat;
 * after a change of that address the old ones are removed. Throws ClientError where address or client secret is missing.
 */
export async function createWebhooks(session: Session, source: StoredSource): Promise<AlignedHook[]> {
  const { publicUrl } = session.settings;
  if (publicUrl === null) {
    const hint = 'Set BCSOURCE_PUBLIC_URL to the https address under which `bcsource serve` is reached.';
    throw usageError('BCSOURCE_PUBLIC_URL is not set: the store must know where to send its events.', hint);
  }
  if (neededScopes(source.settings).length === 0) {
    const hint = 'Webhooks help inventory and shipments; add one of them to its file and apply it.';
    throw usageError(`Source ${source.name} has no job that webhooks could help.`, hint);
  }
  const deps = await session.dependencies();
  await requireClientSecret(session, source);
  const known = await receivers.findReceiver(deps.db, deps.secrets, source.id).catch(() => undefined);
  const headerSecret = known?.headerSecret ?? randomBytes(32).toString('base64url');
  const destination = `${publicUrl}${WEBHOOKS_PATH}/${source.name}`;
  // First, so that the first event finds what it is checked by.
  await receivers.saveReceiver(deps.db, deps.secrets, { sourceId: source.id, destination, headerSecret });
  return alignHooks(deps, source, await openStore(deps, source, 'send'));
}

/** Without a token there is no store that could have webhooks. */
async function requireCredential(session: Session, source: StoredSource): Promise<Credential> {
  const deps = await session.dependencies();
  const credential = await loadCredential(deps.db, deps.secrets, source.id);
  if (!credential) throw await notConnected(deps.db, source);
  return credential;
}

async function requireClientSecret(session: Session, source: StoredSource): Promise<void> {
  const credential = await requireCredential(session, source);
  if (source.connectionType === 'oauth') return void requireApp(session.settings);
  if (credential.clientSecret !== undefined) return;
  throw usageError(
    `Source ${source.name} has no client secret, by which the store signs its events.`,
    'Add `clientSecret: ${NAME_OF_A_VARIABLE}` to its connection (BigCommerce shows it with the token), and apply it.',
  );
}

/** Switches on what is switched off and makes what is missing. Throws ClientError `not_found` where there are none. */
export async function repairWebhooks(session: Session, source: StoredSource): Promise<AlignedHook[]> {
  const deps = await session.dependencies();
  if (!(await receivers.findReceiver(deps.db, deps.secrets, source.id))) {
    const hint = `Make them with \`bcsource source webhooks ${source.name} --create\`.`;
    const message = `Source ${source.name} has no webhooks that could be repaired.`;
    throw advisedError('not_found', message, hint);
  }
  return alignHooks(deps, source, await openStore(deps, source, 'send'));
}

/** Removes the webhooks of a source from its store and forgets them. Safe to repeat. */
export async function removeWebhooks(session: Session, source: StoredSource): Promise<number> {
  const deps = await session.dependencies();
  const removed = await removeHooks(deps, source, await openStore(deps, source, 'send'));
  await receivers.forgetReceiver(deps.db, source.id);
  return removed;
}
