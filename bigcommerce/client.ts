import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { got, HTTPError, RequestError } from 'got';
import type { Got, Method, Response } from 'got';
import { decodeBody, parseBody } from './body.ts';
import type { AnsweredCall } from './body.ts';
import { StoreError, errorOfAnswer } from './failures.ts';
import { quotaOf, retryAfterMs } from './headers.ts';
import type { Priority, QuotaGovernor, QuotaSnapshot } from './quota.ts';
import { StoreSilent } from './silence.ts';

export type QueryValue = string | number | boolean | undefined;

export interface CallOptions {
  query?: Record<string, QueryValue>;
  /** Sent as JSON. */
  body?: unknown;
  /** Ends a read that nobody waits for any more. Never give one to an order POST: its outcome would be unknown. */
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  /** Runs when it is this call's turn in the quota, right before it goes out; what it throws is thrown on, and nothing is sent. */
  beforeSend?: (() => void | Promise<void>) | undefined;
}

/** A connection to one store. Every method throws StoreError and nothing else when the store does not do as asked. */
export interface StoreClient {
  /** The parsed body, or null for an empty answer (V2 says 204 where a list is empty). */
  call(method: Method, path: string, options?: CallOptions): Promise<unknown>;
  /** The body as it came, for whoever parses it (`parseBody`) elsewhere. */
  fetch(method: Method, path: string, options?: CallOptions): Promise<Uint8Array>;
  /** How many requests this client sent. */
  readonly requests: number;
  /** What the last answer told of the quota. */
  readonly quota: QuotaSnapshot | undefined;
}

export interface StoreClientOptions {
  apiUrl: string;
  storeHash: string;
  accessToken: string;
  governor: QuotaGovernor;
  priority: Priority;
  /** Told of each answer; the status is null where none came. */
  onAnswer?: ((status: number | null, quota: QuotaSnapshot | undefined) => void) | undefined;
}

/** All stores have one host: a limit of connections would make each wait for the others. */
const agent = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

/** A page of 250 full products takes some seconds on a busy store; a gateway gives up after about 60. */
const TIMEOUT_MS = 45_000;
/** What a send asks for is small, and a store that hangs must not hold it for long. */
const SEND_TIMEOUT_MS = 30_000;
/** A pause of its own for a 429 that names no time: that is BigCommerce's platform under load, not our quota. */
const OVERLOAD_WAIT_MS = 5_000;

/** Opens a client. No request is sent before the first call. got's own retries are off: retrying is Temporal's work. */
export function createStoreClient(options: StoreClientOptions): StoreClient {
  const http = got.extend({
    prefixUrl: `${options.apiUrl.replace(/\/+$/, '')}/stores/${encodeURIComponent(options.storeHash)}`,
    headers: { 'x-auth-token': options.accessToken, accept: 'application/json', 'user-agent': 'bigcommerce-source' },
    agent,
    retry: { limit: 0 },
    followRedirect: false,
    decompress: true,
  });
  let requests = 0;
  let quota: QuotaSnapshot | undefined;
  const fetch: StoreClient['fetch'] = async (method, path, callOptions = {}) => {
    await turn(options, { method, path }, callOptions.signal);
    let answer: QuotaSnapshot | undefined;
    let isAnswered = false;
    let sentAt: number | undefined;
    try {
      await callOptions.beforeSend?.();
      requests++;
      sentAt = Date.now();
      const timeoutMs = options.priority === 'send' ? SEND_TIMEOUT_MS : TIMEOUT_MS;
      const response = await send(http, method, path, { timeoutMs, ...callOptions }).catch((error: unknown) => {
        options.onAnswer?.(null, undefined);
        throw error;
      });
      isAnswered = true;
      answer = quotaOf(response.headers);
      quota = answer ?? quota;
      options.onAnswer?.(response.statusCode, answer);
      throwUnlessSuccess({ method, path }, response, options);
      return response.body;
    } finally {
      const isGivenUp = sentAt === undefined || callOptions.signal?.aborted === true;
      options.governor.release(options.priority, {
        quota: answer,
        isAnswered,
        isGivenUp,
        ...(sentAt ? { sentAt } : {}),
      });
    }
  };
  return {
    get requests() {
      return requests;
    },
    get quota() {
      return quota;
    },
    fetch,
    call: async (method, path, callOptions) => parseBody({ method, path }, await fetch(method, path, callOptions)),
  };
}

async function turn(
  { governor, priority }: StoreClientOptions,
  call: AnsweredCall,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await governor.acquire(priority, signal);
  } catch (error) {
    if (!(error instanceof StoreSilent)) throw error;
    const message = `BigCommerce does not answer: ${error.message}, so that ${call.method} ${call.path} was not sent`;
    throw new StoreError('store_unavailable', message, { ...call, wasNeverSent: true });
  }
}

interface TimedCall extends CallOptions {
  timeoutMs: number;
}

async function send(http: Got, method: Method, path: string, options: TimedCall): Promise<Response<Buffer>> {
  try {
    return await http(path, {
      method,
      responseType: 'buffer',
      searchParams: withoutUndefined(options.query ?? {}),
      ...(options.body === undefined ? {} : { json: options.body }),
      ...(options.signal ? { signal: options.signal } : {}),
      timeout: { request: options.timeoutMs, connect: 10_000 },
      throwHttpErrors: false,
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw errorOfTransport({ method, path }, error);
  }
}

function throwUnlessSuccess(call: AnsweredCall, response: Response<Buffer>, options: StoreClientOptions): void {
  const { statusCode } = response;
  if (statusCode >= 200 && statusCode <= 299) return;
  const wait = retryAfterMs(response.headers);
  if (statusCode === 429 || statusCode === 509) options.governor.refused(wait ?? OVERLOAD_WAIT_MS);
  // Whoever refuses a token may quote it; the error goes into logs and histories.
  const body = decodeBody(response.body).replaceAll(options.accessToken, '[token]');
  throw errorOfAnswer(call, statusCode, body, wait);
}

/** Failures of making a connection, as opposed to losing one. */
const NO_CONNECTION = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

function errorOfTransport(call: { method: string; path: string }, error: unknown): StoreError {
  const code = error instanceof RequestError && !(error instanceof HTTPError) ? error.code : 'ERR_UNKNOWN';
  const why = code === 'ETIMEDOUT' ? 'no answer in time' : `the connection failed (${code})`;
  const message = `BigCommerce did not answer ${call.method} ${call.path}: ${why}`;
  return new StoreError('store_unavailable', message, {
    ...call,
    ...(NO_CONNECTION.has(code) ? { wasNeverSent: true } : {}),
  });
}

function withoutUndefined(query: Record<string, QueryValue>): Record<string, string | number | boolean> {
  const entries = Object.entries(query).filter(
    (entry): entry is [string, string | number | boolean] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}
