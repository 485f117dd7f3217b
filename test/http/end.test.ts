import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import fastify from 'fastify';
import type { FastifyReply } from 'fastify';
import { endServing } from '../../client/http/end.ts';

/** A server with one request under way; `reply` answers it. */
async function serveOne() {
  const app = fastify({ forceCloseConnections: 'idle' });
  const ends: string[] = [];
  let reply: FastifyReply | undefined;
  app.addHook('onResponse', async () => void ends.push('answered'));
  app.get('/', (_request, given) => void (reply = given));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const came = once(app.server, 'request');
  const answer = fetch(url).then(
    ({ status }) => status,
    () => 'no answer',
  );
  await came;
  return { app, answer, ends, reply: () => reply! };
}

it('a request under way is answered before what it stands on is closed', async () => {
  const { app, answer, ends, reply } = await serveOne();
  const ending = endServing(app, async () => ends.push('closed'));
  reply().send('late');
  expect([await answer, await ending]).toEqual([200, 'whole']);
  expect(ends).toEqual(['answered', 'closed']);
});

it('a request that is never answered loses its connection when the time is up', async () => {
  const { app, answer } = await serveOne();
  const ending = endServing(app, () => Promise.resolve(), { answersMs: 50, cutMs: 20_000 });
  expect([await answer, await ending]).toEqual(['no answer', 'whole']);
});

it('what cannot be closed in time is left', async () => {
  const { app, answer, reply } = await serveOne();
  reply().send('in time');
  expect(await answer).toBe(200);
  const hangs = () => new Promise(() => undefined);
  expect(await endServing(app, hangs, { answersMs: 10, cutMs: 50 })).toBe('cut');
});
