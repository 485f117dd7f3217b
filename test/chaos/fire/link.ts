import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export const TROUBLES = ['reset', 'delay', 'cut'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** A way through which everything passes to one server, and that can be in trouble. */
export interface Link {
  port: number;
  /** How many ends of connections each trouble has met: one that nobody was in has not happened. */
  met: Readonly<Record<Trouble, number>>;
  /** Ends every connection as a peer that has lost its memory does. */
  reset(): void;
  /** Lets nothing pass for a while; what was sent arrives afterwards. */
  delay(ms: number): void;
  /** Ends every connection in the middle and takes no new one for a while. */
  cut(ms: number): void;
  /** Nothing is the matter from now on. */
  heal(): void;
  stop(): Promise<void>;
}

/** Opens a way to a port of this machine. */
export async function openLink(target: number): Promise<Link> {
  const sockets = new Set<Socket>();
  const met = { reset: 0, delay: 0, cut: 0 };
  let delayedUntil = 0;
  let cutUntil = 0;
  const timers = new Set<NodeJS.Timeout>();
  const server = createServer((near) => {
    if (Date.now() < cutUntil) {
      met.cut += 1;
      return void near.resetAndDestroy();
    }
    const far = connect({ port: target, host: '127.0.0.1' });
    join(near, far);
    join(far, near);
  });
  const join = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (data) => void to.write(data));
    from.on('error', () => to.destroy());
    from.on('end', () => to.end());
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    if (Date.now() < delayedUntil) hold(from);
  };
  const hold = (socket: Socket) => {
    met.delay += 1;
    socket.pause();
  };
  const resume = () => sockets.forEach((socket) => socket.resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const link: Link = {
    port: (server.address() as AddressInfo).port,
    met,
    reset() {
      met.reset += sockets.size;
      sockets.forEach((socket) => socket.resetAndDestroy());
    },
    delay(ms) {
      delayedUntil = Date.now() + ms;
      sockets.forEach(hold);
      timers.add(setTimeout(() => Date.now() >= delayedUntil && resume(), ms + 5));
    },
    cut(ms) {
      cutUntil = Date.now() + ms;
      met.cut += sockets.size;
      sockets.forEach((socket) => socket.destroy());
    },
    heal() {
      delayedUntil = cutUntil = 0;
      resume();
    },
    async stop() {
      timers.forEach(clearTimeout);
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
  return link;
}
