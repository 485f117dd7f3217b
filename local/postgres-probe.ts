import { connect } from 'node:net';

const CANNOT_CONNECT_NOW = '57P03';

/** Whether Postgres takes connections on this port: asks as pg_isready does, with a startup packet and no password. */
export function isPostgresReady(port: number, waitMs = 1_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const answer = (isReady: boolean): void => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(waitMs, () => answer(false));
    socket.once('error', () => answer(false));
    socket.once('end', () => answer(false));
    socket.once('connect', () => socket.write(startupPacket()));
    // R asks for a password: ready. E is an error; only "starting up" and the like mean not yet.
    socket.once('data', (reply) => answer(reply[0] === 0x52 || !reply.includes(CANNOT_CONNECT_NOW)));
  });
}

function startupPacket(): Buffer {
  const body = Buffer.from('user\0bcsource\0database\0postgres\0\0');
  const packet = Buffer.alloc(8 + body.length);
  packet.writeInt32BE(packet.length, 0);
  packet.writeInt32BE(3 << 16, 4);
  body.copy(packet, 8);
  return packet;
}
