import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { believeEvent } from './believe-event.ts';
import type { BelievedEvent } from './believe-event.ts';
import type { HttpDependencies } from './dependencies.ts';
import { createEventKeeper } from './event-keeper.ts';
import { createNudges } from './nudges.ts';
import { createReceivers } from './receivers.ts';
import { WEBHOOKS_PATH } from './webhooks-path.ts';

/** Twenty times the two hundred a second that we are built for; whoever sends more is no store. */
const MOST_A_MINUTE = 240_000;
/** The shape of a source's name: what cannot be one costs no look into the database. */
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * Takes the events of stores in: believed only when signed by the store within the last five minutes and sent along with
 * our own secret, written down before the answer, worked on afterwards. Whoever is not believed learns nothing of why.
 */
export function webhookRoutes(deps: HttpDependencies): FastifyPluginAsync {
  return async (app) => {
    const receivers = createReceivers(deps);
    const keepEvent = createEventKeeper(() => deps.session.database());
    const nudges = createNudges(deps);
    app.addHook('onClose', () => nudges.close());
    // The signature is over the bytes as they came.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    const config = { rateLimit: { max: MOST_A_MINUTE, timeWindow: 60_000 } };
    app.post<{ Params: { source: string } }>(`${WEBHOOKS_PATH}/:source`, { config }, async (request, reply) => {
      const { source } = request.params;
      const receiver = NAME.test(source) ? await receivers.of(source) : undefined;
      const event = receiver ? believeEvent(receiver, request.headers, bodyOf(request), deps.now()) : undefined;
      if (!receiver || typeof event !== 'object') {
        request.log.warn({ source: receiver ? source : undefined, why: event ?? 'unknown_source' }, 'event refused');
        return reply.code(401).send({ error: { code: 'not_believed', message: 'This event is not believed.' } });
      }
      const isFresh = await keepEvent(eventRow(receiver.sourceId, event));
      if (isFresh && event.hint) nudges.nudge(source);
      return reply.code(200).send();
    });
  };
}

function bodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

function eventRow(sourceId: number, { webhookId, hash, scope, eventAt, hint }: BelievedEvent) {
  return { sourceId, webhookId, hash, scope, eventAt, hint };
}
