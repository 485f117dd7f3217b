import type { StoreClient } from './client.ts';
import { StoreError } from './failures.ts';
import { eachV3Row } from './pages.ts';
import type { PageOptions } from './pages.ts';
import { readFields, readFlag, readId, readText } from './read.ts';

/** A webhook as the store has it. */
export interface StoreHook {
  id: number;
  scope: string;
  destination: string;
  isActive: boolean;
  /** What the store sends along; null where it does not say. Holds a secret: never log it. */
  headers: Record<string, string> | null;
}

export interface HookDraft {
  scope: string;
  destination: string;
  headers: Record<string, string>;
}

const HOOKS = 'v3/hooks';

/** All webhooks of our own: the store shows those of the token's client only. */
export async function listHooks(client: StoreClient, options: PageOptions = {}): Promise<StoreHook[]> {
  const hooks: StoreHook[] = [];
  for await (const row of eachV3Row(client, HOOKS, {}, options)) {
    const hook = readHook(row);
    if (hook) hooks.push(hook);
  }
  return hooks;
}

/** Makes a webhook; it sends within a minute. Throws StoreError. */
export async function createHook(client: StoreClient, draft: HookDraft): Promise<StoreHook> {
  const body = await client.call('POST', HOOKS, { body: { ...draft, is_active: true } });
  return requireHook('POST', readFields(body)['data']);
}

/** Switches a webhook on, with these headers. Throws StoreError. */
export async function switchHookOn(client: StoreClient, id: number, draft: HookDraft): Promise<StoreHook> {
  const body = await client.call('PUT', `${HOOKS}/${id}`, { body: { ...draft, is_active: true } });
  return requireHook('PUT', readFields(body)['data']);
}

/** Deletes a webhook; one that is gone already is fine. */
export async function deleteHook(client: StoreClient, id: number): Promise<void> {
  try {
    await client.call('DELETE', `${HOOKS}/${id}`);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'not_found') throw error;
  }
}

function readHook(row: unknown): StoreHook | undefined {
  const fields = readFields(row);
  const id = readId(fields['id']);
  if (id === undefined) return undefined;
  const headers = fields['headers'];
  return {
    ...{ id, scope: readText(fields['scope']) ?? '', destination: readText(fields['destination']) ?? '' },
    isActive: readFlag(fields['is_active']),
    headers: typeof headers === 'object' && headers !== null ? (headers as Record<string, string>) : null,
  };
}

function requireHook(method: string, row: unknown): StoreHook {
  const hook = readHook(row);
  if (hook) return hook;
  throw new StoreError('unexpected_answer', `BigCommerce answered ${method} ${HOOKS} without a webhook`, {
    ...{ method, path: HOOKS },
  });
}
