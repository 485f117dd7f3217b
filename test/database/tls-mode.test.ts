import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it, jest } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase } from '../../database/connect.ts';
import { withPlainMode } from '../../database/tls-mode.ts';

const base = 'postgres://u:p%40@db.example.com:1/x';

it.each(['prefer', 'require', 'verify-ca'])('sslmode=%s is handed on as verify-full, with all else', (mode) => {
  const url = `${base}?sslmode=${mode}&sslrootcert=%2Fca%20a.pem&options=-c%20search_path%3Dx`;
  const [given, handed] = [new URL(url), new URL(withPlainMode(url))];
  expect(handed.searchParams.get('sslmode')).toBe('verify-full');
  given.searchParams.set('sslmode', 'verify-full');
  expect(handed.href).toBe(given.href);
});

it.each([
  '',
  '?sslmode=disable',
  '?sslmode=no-verify',
  '?sslmode=verify-full',
  '?sslmode=require&sslmode=disable',
  '?uselibpqcompat=true&sslmode=require',
])('the URL stays as it is with %s', (query) => {
  expect(withPlainMode(base + query)).toBe(base + query);
});

it('a connection with sslmode=require asks for TLS, and warns of nothing', async () => {
  const warned = jest.spyOn(process, 'emitWarning');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const db = connectDatabase(`postgres://u@127.0.0.1:${(server.address() as AddressInfo).port}/x?sslmode=require`);
  const refused = expect(sql`select 1`.execute(db)).rejects.toThrow('does not support SSL');
  const [socket] = (await once(server, 'connection')) as [NodeJS.ReadWriteStream];
  const [asked] = (await once(socket, 'data')) as [Buffer];
  // SSLRequest (PostgreSQL manual, Message Formats), and the answer that there is no TLS.
  expect(asked.readInt32BE(4)).toBe(80_877_103);
  socket.end('N');
  await refused;
  await db.destroy();
  server.close();
  expect(warned).not.toHaveBeenCalled();
});
