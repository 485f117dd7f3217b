import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Store } from '../store.ts';
import { DEFAULT_STORE, type Stores } from '../stores.ts';

export interface ControlCall<Body> {
  readonly store: Store;
  readonly body: Body;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** Something the control interface refuses; the message goes to whoever called. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Registers control calls on one app; every call may name its store with `?store=HASH`. */
export class ControlEndpoints {
  readonly #app: FastifyInstance;
  readonly #stores: Stores;

  constructor(app: FastifyInstance, stores: Stores) {
    this.#app = app;
    this.#stores = stores;
  }

  get(path: string, act: (call: ControlCall<undefined>) => unknown): void {
    this.#add('GET', path, undefined, act);
  }

  delete(path: string, act: (call: ControlCall<undefined>) => unknown): void {
    this.#add('DELETE', path, undefined, act);
  }

  /** A call with a body, which is checked first; the 400 names every problem at once. */
  write<Body>(
    method: 'POST' | 'PUT' | 'PATCH',
    path: string,
    schema: z.ZodType<Body>,
    act: (call: ControlCall<Body>) => unknown,
  ): void {
    this.#add(method, path, schema, act);
  }

  #add<Body>(
    method: 'GET' | 'DELETE' | 'POST' | 'PUT' | 'PATCH',
    path: string,
    schema: z.ZodType<Body> | undefined,
    act: (call: ControlCall<Body>) => unknown,
  ): void {
    this.#app.route({
      method,
      url: path,
      handler: async (request, reply) => {
        try {
          const body = schema === undefined ? (undefined as Body) : readBody(request.body, schema);
          const query = request.query as Record<string, string>;
          const store = this.#storeOf(query['store']);
          const answer = await act({ store, body, params: request.params as Record<string, string>, query });
          return await reply.send(answer ?? { ok: true });
        } catch (error) {
          return await refuse(error, request, reply);
        }
      },
    });
  }

  #storeOf(hash: string = DEFAULT_STORE): Store {
    const store = this.#stores.get(hash);
    if (store === undefined)
      throw new ControlError(404, `There is no store "${hash}": make it with PUT /_control/stores/${hash}.`);
    return store;
  }
}

function readBody<Body>(text: unknown, schema: z.ZodType<Body>): Body {
  const result = schema.safeParse(parseJson(text));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new ControlError(400, problems.join('; '));
}

function parseJson(text: unknown): unknown {
  if (typeof text !== 'string' || text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ControlError(400, 'The body is not JSON.');
  }
}

async function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  if (!(error instanceof ControlError)) throw error;
  return reply.code(error.status).send({ error: `${request.method} ${request.url}: ${error.message}` });
}
