import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export interface ReceivedPost {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A notice as a webhook of ours carries it. */
export interface ToldNotice {
  type: string;
  data: { source: string; cause?: string; runId?: string };
}

/** A web server that keeps what is posted to it and answers as told: `answers` in order, then 200. */
export async function startReceiver() {
  const received: ReceivedPost[] = [];
  const answers: number[] = [];
  /** The notices that were posted, to all paths or to this one. */
  const told = (at?: string) =>
    received.filter(({ path }) => (at ?? path) === path).map(({ body }) => JSON.parse(body) as ToldNotice);
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ path: request.url!, headers: request.headers, body });
      const status = answers.shift() ?? 200;
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    received,
    answers,
    told,
    /** Whether a notice of each of these types was posted. */
    isTold: (...types: string[]) => types.every((each) => told().some(({ type }) => type === each)),
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface ReceivedMail {
  from: string;
  to: string[];
  text: string;
}

/** A mail server that keeps what is handed to it. */
export async function startMailServer() {
  const received: ReceivedMail[] = [];
  let refused: string | null = null;
  const server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], logger: false },
    onRcptTo({ address }, _session, done) {
      done(address === refused ? Object.assign(new Error('Try later'), { responseCode: 450 }) : null);
    },
    onData(stream, session, done) {
      void text(stream).then((mail) => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: mail,
        });
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    received,
    /** Puts this address off from now on; null takes all. */
    refuse: (address: string | null) => void (refused = address),
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
