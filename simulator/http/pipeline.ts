import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Store } from '../store.ts';
import { versionedError, type Answer, type ApiVersion } from './answers.ts';
import type { Handler, Query } from './call.ts';
import { answerInstead, deliver, hangUp } from './deliver.ts';
import type { FaultRule } from './faults.ts';
import type { RequestEntry } from './ledger.ts';
import { opens, type ScopeFamily } from './scopes.ts';

/** An endpoint: what it needs and who answers. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path below `/stores/HASH`. */
  readonly path: string;
  readonly scope: ScopeFamily;
  readonly handler: Handler;
  /** How many may run at once before BigCommerce answers 429, where its documents say so. */
  readonly maxConcurrent?: number;
}

/** What the pipeline keeps over requests: how many of each limited route are running. */
export type Running = Map<string, number>;

/**
 * Takes a request through everything that stands before and after its handler, in BigCommerce's order: store, token,
 * quota, scope, and only then the resource. Faults hit between quota and scope, so that they cost quota as they do on a
 * live store.
 */
export async function serve(
  route: Route,
  store: Store | undefined,
  running: Running,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const version: ApiVersion = route.path.startsWith('/v2') ? 'v2' : 'v3';
  // An unknown store hash is 403, not 404 (bigcommerce/docs, start/about/status-codes.mdx).
  if (store === undefined) return deliver(reply, versionedError(version, 403, 'Forbidden: the store does not exist.'));
  const path = request.url.slice(`/stores/${store.hash}`.length);
  const token = headerOf(request, 'x-auth-token');
  const entry = store.ledger.begin({ method: request.method, path, route: route.path, token: nameOf(store, token) });
  const key = `${store.hash} ${route.method} ${route.path}`;
  const level = (running.get(key) ?? 0) + 1;
  running.set(key, level);
  try {
    await pass({
      route,
      store,
      request,
      reply,
      entry,
      version,
      token,
      isCrowded: level > (route.maxConcurrent ?? Infinity),
    });
  } catch (error) {
    if (entry.status === null) store.ledger.end(entry, 500);
    throw error;
  } finally {
    running.set(key, (running.get(key) ?? 1) - 1);
  }
}

interface Passage {
  readonly route: Route;
  readonly store: Store;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly entry: RequestEntry;
  readonly version: ApiVersion;
  readonly token: string | undefined;
  readonly isCrowded: boolean;
}

async function pass(passage: Passage): Promise<void> {
  const { store, request, reply, entry, version, route } = passage;
  const close = (answer: Answer, headers?: Readonly<Record<string, string>>): Promise<void> => {
    store.ledger.end(entry, answer.status);
    return deliver(reply, answer, headers);
  };
  const scopes = store.tokens.get(passage.token ?? '');
  if (scopes === undefined) return close(unauthorized(route, version));
  const ticket = store.quota.take();
  if (!ticket.isAllowed || passage.isCrowded) return close(tooManyRequests(version), ticket.headers);
  await wait(store.nextLatency());
  const { outcome, delays } = store.faults.fire(request.method, entry.path);
  entry.fault = [...delays, outcome].flatMap((rule) => (rule === undefined ? [] : [rule.kind])).join('+') || undefined;
  await wait(sumOf(delays, 'before'));
  const instead = outcome === undefined ? undefined : answerInstead(outcome, version);
  if (instead === 'hang-up') return hangUp(store, entry, reply, outcome);
  if (instead !== undefined) return close(instead, outcome?.kind === 'overload' ? {} : ticket.headers);
  const answer = opens(scopes, route.scope, request.method) ? perform(passage) : forbidden(version);
  await wait(sumOf(delays, 'after'));
  if (outcome?.kind === 'lose-answer') return hangUp(store, entry, reply, outcome);
  store.ledger.end(entry, answer.status);
  return deliver(reply, answer, ticket.headers, outcome);
}

function perform(passage: Passage): Answer {
  const { request, store, route, version, entry } = passage;
  const body = parseBody(request.body);
  if (body.error) return versionedError(version, 400, 'Invalid JSON in the request body.');
  return route.handler({
    store,
    params: request.params as Record<string, string>,
    query: singleValues(request.query as Record<string, unknown>),
    body: body.value,
    clientId: headerOf(request, 'x-auth-client') ?? store.clientOf(passage.token ?? ''),
    requestId: entry.id,
  });
}

function parseBody(text: unknown): { value?: unknown; error?: true } {
  if (typeof text !== 'string' || text === '') return {};
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { error: true };
  }
}

/** Of a parameter that is given twice the last counts, as in PHP. */
function singleValues(query: Record<string, unknown>): Query {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, String(Array.isArray(value) ? value.at(-1) : value)]),
  );
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Tokens are secrets also in a simulator's ledger: it names only those that it knows. */
function nameOf(store: Store, token: string | undefined): string | undefined {
  return token !== undefined && store.tokens.has(token) ? token : undefined;
}

function unauthorized(route: Route, version: ApiVersion): Answer {
  // Catalogue endpoints document a bare string (category-trees_catalog.v3.yml, UnauthorizedError).
  if (route.path.startsWith('/v3/catalog')) return { status: 401, type: 'text/plain', body: 'Unauthorized' };
  return versionedError(version, 401, 'Unauthorized');
}

function forbidden(version: ApiVersion): Answer {
  return versionedError(version, 403, "You don't have a required scope to access the endpoint");
}

function tooManyRequests(version: ApiVersion): Answer {
  return versionedError(version, 429, 'Too many requests');
}

function sumOf(delays: readonly FaultRule[], when: 'before' | 'after'): number {
  return delays.reduce((sum, rule) => sum + ((rule.when ?? 'before') === when ? (rule.delayMs ?? 0) : 0), 0);
}

async function wait(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
