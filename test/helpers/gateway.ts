import { once } from 'node:events';
import { connect, constants, createSecureServer } from 'node:http2';
import type { ClientHttp2Session, ServerHttp2Stream, ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Identity } from './certificates.ts';

/** Stands before a Temporal server as the gateway of a cloud does: TLS, client certificates, API keys. */
export interface Gateway {
  address: string;
  /** What it was asked with, each once. */
  namespaces: Set<string>;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  target: string;
  server: Identity;
  /** Whose clients are let in. */
  clientsOf: Identity;
  apiKey: string;
}

const UNAUTHENTICATED = '16';

/** Opens a gateway; whoever has no certificate of the authority gets no connection, whoever has not the key no answer. */
export async function openGateway({ target, server, clientsOf, apiKey }: GatewayOptions): Promise<Gateway> {
  const namespaces = new Set<string>();
  const sessions = new Set<ServerHttp2Session>();
  const behind: ClientHttp2Session = connect(`http://${target}`);
  behind.setMaxListeners(0);
  const tls = { cert: server.cert, key: server.key, ca: clientsOf.cert, requestCert: true, rejectUnauthorized: true };
  const gateway = createSecureServer({ ...tls, ALPNProtocols: ['h2'] });
  gateway.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => undefined);
  });
  gateway.on('tlsClientError', () => undefined);
  gateway.on('stream', (stream, { [constants.HTTP2_HEADER_SCHEME]: _, ':authority': __, ...headers }) => {
    const { authorization, 'temporal-namespace': namespace, ...rest } = headers;
    if (authorization !== `Bearer ${apiKey}`) return refuse(stream);
    if (typeof namespace === 'string') namespaces.add(namespace);
    const asked = behind.request(rest);
    forward(asked, stream);
  });
  gateway.listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  return {
    address: `127.0.0.1:${(gateway.address() as AddressInfo).port}`,
    namespaces,
    async stop() {
      for (const session of sessions) session.destroy();
      behind.destroy();
      gateway.close();
      await once(gateway, 'close');
    },
  };
}

function refuse(stream: ServerHttp2Stream): void {
  const status = { 'grpc-status': UNAUTHENTICATED, 'grpc-message': 'Request unauthorized.' };
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...status }, { endStream: true });
}

function forward(asked: ReturnType<ClientHttp2Session['request']>, stream: ServerHttp2Stream): void {
  let trailers = {};
  asked.on('response', (answer, flags) => {
    if (stream.destroyed) return;
    // A refusal is nothing but headers, which hold the status.
    const isAll = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(answer, isAll ? { endStream: true } : { waitForTrailers: true });
  });
  asked.on('trailers', (given) => (trailers = given));
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  asked.on('data', (data: Buffer) => void (stream.destroyed || stream.write(data)));
  asked.on('end', () => void (stream.destroyed || stream.writableEnded || stream.end()));
  stream.on('data', (data: Buffer) => void asked.write(data));
  stream.on('end', () => asked.end());
  stream.on('aborted', () => asked.close(constants.NGHTTP2_CANCEL));
  asked.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  stream.on('error', () => asked.close(constants.NGHTTP2_CANCEL));
}
