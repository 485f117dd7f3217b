import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { waitFor } from '../helpers/wait.ts';
import { openLink } from './fire/link.ts';
import type { Link } from './fire/link.ts';

/** Longer than any test: it ends because it is healed. */
const FOREVER_MS = 3_600_000;

let echo: Server;
let link: Link;
/** To the same server, with never a trouble. */
let quiet: Link;
const callers: Socket[] = [];

beforeAll(async () => {
  echo = createServer((socket) => void socket.on('error', () => undefined).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  quiet = await openLink(portOf(echo));
});
beforeEach(async () => {
  link = await openLink(portOf(echo));
});
afterEach(async () => {
  callers.splice(0).forEach((socket) => socket.destroy());
  await link.stop();
});
afterAll(async () => {
  await quiet.stop();
  echo.close();
});

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** Somebody who calls through a link: what the echo answered, and how the call ended. */
function call(way: Link) {
  const socket = connect({ port: way.port, host: '127.0.0.1' });
  callers.push(socket);
  const heard = { text: '', end: null as string | null };
  socket.on('data', (data) => (heard.text += data.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => (heard.end = error.code ?? error.message));
  socket.on('close', () => (heard.end ??= 'closed'));
  const hears = (text: string) => waitFor(`${text} to come back`, () => heard.text === text);
  const ends = () => waitFor('the call to end', () => heard.end);
  return { heard, hears, ends, say: (text: string) => void socket.write(text) };
}

/** So much passes between two others that whatever is not held would long have come. */
async function muchPasses(): Promise<void> {
  const other = call(quiet);
  for (let length = 1; length <= 20; length++) {
    other.say('.');
    await other.hears('.'.repeat(length));
  }
}

async function calling(way: Link) {
  const caller = call(way);
  caller.say('hello');
  await caller.hears('hello');
  return caller;
}

it('passes everything on while nothing is the matter', async () => {
  const long = 'x'.repeat(1_000_000);
  const caller = await calling(link);
  caller.say(long);
  await caller.hears(`hello${long}`);
  expect(link.met).toEqual({ reset: 0, delay: 0, cut: 0 });
});

it('holds what old and new callers say while it is delayed, and brings all of it afterwards', async () => {
  const old = await calling(link);
  link.delay(FOREVER_MS);
  old.say(', is anybody there');
  const fresh = call(link);
  fresh.say('me too');
  await muchPasses();
  expect([old.heard.text, fresh.heard.text]).toEqual(['hello', '']);
  link.heal();
  await old.hears('hello, is anybody there');
  await fresh.hears('me too');
  expect(link.met.delay).toBe(4);
});

it('is delayed for its time only, and for the longer of two', async () => {
  const caller = await calling(link);
  link.delay(1);
  caller.say(' again');
  await caller.hears('hello again');
  link.delay(1);
  link.delay(FOREVER_MS);
  caller.say(' and again');
  await muchPasses();
  expect(caller.heard.text).toBe('hello again');
});

it('ends every call where it is cut, and takes none until that is over', async () => {
  const old = await calling(link);
  link.cut(FOREVER_MS);
  await old.ends();
  expect(await call(link).ends()).toBe('ECONNRESET');
  expect(link.met.cut).toBe(3);
  link.heal();
  await calling(link);
  link.cut(1);
  await waitFor('somebody to get through', async () => {
    const { heard, say } = call(link);
    say('hello');
    return (await waitFor('an answer or an end', () => heard.text || heard.end)) === 'hello';
  });
});

it('ends every call as a peer without memory does when it is reset, and takes the next', async () => {
  const old = await calling(link);
  link.reset();
  expect(await old.ends()).toBe('ECONNRESET');
  await calling(link);
  expect(link.met).toEqual({ reset: 2, delay: 0, cut: 0 });
});
