import type { StoreClient } from '../bigcommerce/client.ts';
import { createHook, deleteHook, listHooks, switchHookOn } from '../bigcommerce/hooks.ts';
import type { HookDraft, StoreHook } from '../bigcommerce/hooks.ts';
import { findReceiver, listKnownHooks, saveHooks } from '../database/webhook-receivers.ts';
import type { StoredSource } from '../database/sources.ts';
import { neededScopes } from '../domain/webhooks.ts';
import type { Dependencies } from './dependencies.ts';

/** The header by which the store shows that it is sending a webhook of ours. */
export const SECRET_HEADER = 'x-bcsource-secret';

export interface AlignedHook {
  scope: string;
  hookId: number;
  /** What was done about it. */
  did: 'nothing' | 'created' | 'switched_on' | 'removed';
}

/**
 * Makes the webhooks that a source has in its store those that its jobs need: what is missing is made, what is switched
 * off or without our header is switched on, what is too much is removed. Safe to repeat.
 */
export async function alignHooks(
  deps: Dependencies,
  source: StoredSource,
  client: StoreClient,
): Promise<AlignedHook[]> {
  const receiver = await findReceiver(deps.db, deps.secrets, source.id);
  if (!receiver) return [];
  deps.rememberSecret(receiver.headerSecret);
  const { destination } = receiver;
  const headers = { [SECRET_HEADER]: receiver.headerSecret };
  const found = await listHooks(client);
  const known = new Set((await listKnownHooks(deps.db, source.id)).map(({ hookId }) => hookId));
  // Those of an older address are known by their ids.
  const ours = found.filter((hook) => hook.destination === destination || known.has(hook.id));
  const aligned: AlignedHook[] = [];
  const kept = new Set<number>();
  for (const scope of neededScopes(source.settings)) {
    const hook = ours.find((each) => each.scope === scope && each.destination === destination);
    const one = await alignOne(client, hook, { scope, destination, headers });
    kept.add(one.hookId);
    aligned.push(one);
  }
  for (const hook of ours.filter(({ id }) => !kept.has(id))) {
    await deleteHook(client, hook.id);
    aligned.push({ scope: hook.scope, hookId: hook.id, did: 'removed' });
  }
  const standing = aligned.filter(({ did }) => did !== 'removed');
  await saveHooks(
    deps.db,
    source.id,
    standing.map(({ scope, hookId }) => ({ scope, hookId, isActive: true })),
  );
  return aligned;
}

async function alignOne(client: StoreClient, hook: StoreHook | undefined, draft: HookDraft): Promise<AlignedHook> {
  const { scope } = draft;
  if (!hook) return { scope, hookId: (await createHook(client, draft)).id, did: 'created' };
  // A store that does not show the headers is believed: they were given with the webhook.
  const hasSecret = hook.headers === null || hook.headers[SECRET_HEADER] === draft.headers[SECRET_HEADER];
  if (hook.isActive && hasSecret) return { scope, hookId: hook.id, did: 'nothing' };
  return { scope, hookId: (await switchHookOn(client, hook.id, draft)).id, did: 'switched_on' };
}

/** Removes every webhook that a source has in its store. Safe to repeat. */
export async function removeHooks(deps: Dependencies, source: StoredSource, client: StoreClient): Promise<number> {
  const receiver = await findReceiver(deps.db, deps.secrets, source.id).catch(() => undefined);
  const known = new Set((await listKnownHooks(deps.db, source.id)).map(({ hookId }) => hookId));
  const ours = (await listHooks(client)).filter(
    ({ id, destination }) => known.has(id) || destination === receiver?.destination,
  );
  for (const { id } of ours) await deleteHook(client, id);
  return ours.length;
}
