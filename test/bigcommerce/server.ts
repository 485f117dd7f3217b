import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server that answers as a test says and keeps what it was asked. */
export interface StubServer {
  url: string;
  knocks: { method: string; url: URL; token: string | undefined; body: string }[];
  answer: Answer;
  close(): Promise<void>;
}

export async function startStub(answer: Answer = json({})): Promise<StubServer> {
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const url = new URL(request.url!, 'http://stub');
      stub.knocks.push({ method: request.method!, url, token: request.headers['x-auth-token'] as string, body });
      stub.answer(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stub: StubServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    knocks: [],
    answer,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return stub;
}

/** Answers with a document. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return text(JSON.stringify(body), status, { 'content-type': 'application/json', ...headers });
}

/** Answers with these bytes. */
export function text(body: string, status = 200, headers: Record<string, string> = {}): Answer {
  return (_request, response) => void response.writeHead(status, headers).end(body);
}
