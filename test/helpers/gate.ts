import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { waitFor } from './wait.ts';

export interface Holding {
  method: 'GET' | 'POST';
  /** What the URL or the body has in it. */
  text: string;
  /** Whether the store gets the request first and only its answer is held. */
  when: 'before' | 'after';
}

export interface Held {
  /** Waits until a request is held here. */
  arrived(): Promise<unknown>;
  /** Lets it go on. */
  release(): void;
  /** Loses it: nothing more reaches the store, and the worker gets no answer. */
  drop(): void;
}

/** Stands between a worker and the simulated store, and holds chosen requests until a test lets them go. */
export interface Gate {
  url: string;
  /** Holds the next request that fits, once. */
  hold(what: Holding): Held;
  stop(): Promise<void>;
}

interface Waiting extends Holding {
  arrive(): void;
  gone: Promise<void>;
}

class Dropped extends Error {}

/** Starts a gate in front of `target`. */
export async function startGate(target: string): Promise<Gate> {
  const waiting: Waiting[] = [];
  const releases: (() => void)[] = [];
  const take = (when: Holding['when'], method: string, said: string) => {
    const index = waiting.findIndex((each) => each.when === when && each.method === method && said.includes(each.text));
    return index < 0 ? undefined : waiting.splice(index, 1)[0];
  };
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '' } = request;
    const body = await buffer(request);
    const said = decodeURIComponent(url) + body.toString();
    const holdIf = async (held: Waiting | undefined) => {
      held?.arrive();
      await held?.gone;
    };
    await holdIf(take('before', method, said));
    const answer = await fetch(target + url, {
      method,
      headers: headersOf(request),
      ...(body.length > 0 ? { body } : {}),
    });
    const content = Buffer.from(await answer.arrayBuffer());
    await holdIf(take('after', method, said));
    const {
      'content-length': _,
      'transfer-encoding': __,
      connection: ___,
      ...headers
    } = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, headers).end(content);
  };
  // What the store lost is lost here too.
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold(what) {
      let isHere = false;
      let release = () => undefined as void;
      let lose = (_: Error) => undefined as void;
      const gone = new Promise<void>((resolve, reject) => ([release, lose] = [resolve, reject]));
      gone.catch(() => undefined);
      waiting.push({ ...what, arrive: () => void (isHere = true), gone });
      releases.push(release);
      const arrived = () => waitFor(`${what.method} ${what.text} to be held`, () => isHere);
      return { arrived, release, drop: () => lose(new Dropped()) };
    },
    async stop() {
      for (const release of releases) release();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const { host: _, connection: __, 'content-length': ___, ...rest } = headers;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
}
