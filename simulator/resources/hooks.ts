import { json, v3Error, type Answer } from '../http/answers.ts';
import { idParam, isRecord, type Call } from '../http/call.ts';
import { v3List } from '../http/paging.ts';
import { isThisMachine } from '../webhooks/webhooks.ts';

/** A webhook as V3 writes it. */
export interface Hook {
  id: number;
  client_id: string;
  store_hash: string;
  scope: string;
  destination: string;
  headers: Record<string, string>;
  is_active: boolean;
  created_at: number;
  updated_at: number;
}

/** At most ten per store, client and scope (bigcommerce/docs, webhooks overview). */
const MOST_PER_SCOPE = 10;

/** GET /v3/hooks: those of the asking client only. */
export function listHooks(call: Call): Answer {
  const { scope, destination, is_active: active } = call.query;
  const found = ownHooks(call).filter(
    (hook) =>
      (scope === undefined || hook.scope === scope) &&
      (destination === undefined || hook.destination === destination) &&
      (active === undefined || hook.is_active === ['true', '1'].includes(active)),
  );
  return v3List(call.query, found);
}

/** GET /v3/hooks/{id}. */
export function getHook(call: Call): Answer {
  const hook = findHook(call);
  return hook === undefined ? notFound(call) : json({ data: hook, meta: {} });
}

/** POST /v3/hooks. */
export function createHook(call: Call): Answer {
  const { body, store } = call;
  if (!isRecord(body)) return v3Error(422, 'JSON data is missing or invalid');
  const refused = refuse(body, true) ?? refuseRepeated(call, body);
  if (refused !== undefined) return refused;
  const now = Math.floor(store.now() / 1000);
  const id = store.hooks.nextId();
  const hook: Hook = {
    ...{ id, client_id: call.clientId, store_hash: store.hash, scope: String(body['scope']) },
    ...{ destination: String(body['destination']), is_active: body['is_active'] !== false },
    headers: isRecord(body['headers']) ? (body['headers'] as Record<string, string>) : {},
    ...{ created_at: now, updated_at: now },
  };
  store.hooks.put(id, hook);
  return json({ data: hook, meta: {} });
}

/** PUT /v3/hooks/{id}. */
export function updateHook(call: Call): Answer {
  const { body, store } = call;
  const hook = findHook(call);
  if (hook === undefined) return notFound(call);
  if (!isRecord(body)) return v3Error(422, 'JSON data is missing or invalid');
  const refused = refuse(body, false);
  if (refused !== undefined) return refused;
  const {
    scope = hook.scope,
    destination = hook.destination,
    is_active = hook.is_active,
    headers = hook.headers,
  } = body as Partial<Hook>;
  const changed = { ...hook, scope, destination, is_active, headers, updated_at: Math.floor(store.now() / 1000) };
  store.hooks.put(hook.id, changed);
  return json({ data: changed, meta: {} });
}

/** DELETE /v3/hooks/{id}. */
export function deleteHook(call: Call): Answer {
  const hook = findHook(call);
  if (hook === undefined) return notFound(call);
  call.store.hooks.delete(hook.id);
  return json({ data: hook, meta: {} });
}

function ownHooks(call: Call): Hook[] {
  return call.store.hooks.all().filter((hook) => hook.client_id === call.clientId);
}

function findHook(call: Call): Hook | undefined {
  return ownHooks(call).find((hook) => hook.id === idParam(call, 'hookId'));
}

function notFound(call: Call): Answer {
  return v3Error(404, `Webhook with id [${call.params['hookId'] ?? ''}] not found`);
}

function refuse(body: Record<string, unknown>, isNew: boolean): Answer | undefined {
  for (const field of ['scope', 'destination']) {
    if (isNew && body[field] === undefined)
      return v3Error(422, 'JSON data is missing or invalid', { [field]: 'error.path.missing.' });
  }
  const { scope, destination } = body;
  if (scope !== undefined && !/^store\/[a-zA-Z/*]+$/.test(String(scope)))
    return v3Error(422, 'Invalid scope', { scope: String(scope) });
  if (destination === undefined || isReachable(String(destination))) return undefined;
  return v3Error(422, 'Invalid destination', { destination: 'Destination must be an https URL on port 443.' });
}

function refuseRepeated(call: Call, body: Record<string, unknown>): Answer | undefined {
  const sameScope = ownHooks(call).filter((hook) => hook.scope === body['scope']);
  if (sameScope.some((hook) => hook.destination === body['destination'])) return v3Error(409, 'Webhook already exists');
  return sameScope.length >= MOST_PER_SCOPE ? v3Error(422, `At most ${MOST_PER_SCOPE} webhooks per scope.`) : undefined;
}

/** BigCommerce takes https on port 443 only; the simulator takes addresses of this machine too, and calls no others. */
function isReachable(text: string): boolean {
  if (isThisMachine(text)) return true;
  return URL.canParse(text) && new URL(text).protocol === 'https:' && new URL(text).port === '';
}
