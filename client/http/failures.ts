import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What is said about a refusal of Fastify's or of a plugin, by status; the rest is not the caller's business. */
const sentences: Record<number, { code: string; message: string }> = {
  404: { code: 'not_found', message: 'There is nothing here.' },
  405: { code: 'wrong_method', message: 'This address does not take this method.' },
  408: { code: 'too_slow', message: 'The request took too long.' },
  413: { code: 'too_large', message: 'The body is too large.' },
  414: { code: 'too_large', message: 'The address is too long.' },
  415: { code: 'wrong_type', message: 'This kind of body is not taken.' },
  429: { code: 'too_many_requests', message: 'Too many requests; try again in a minute.' },
};

/** Every failure as `{"error": {code, message}}`. What went wrong inside goes into the log, not to the caller. */
export function answerFailures(app: FastifyInstance): void {
  app.setErrorHandler(answerFailure);
  // Limited as well: otherwise whoever looks for addresses could do so for free.
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, async (_request, reply) => {
    await reply.code(404).send({ error: describe(404) });
  });
}

/** One such failure. */
export function answerFailure(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode ?? 500;
  if (status >= 500) request.log.error({ err: error }, 'a request failed');
  void reply.code(status).send({ error: describe(status) });
}

function describe(status: number): { code: string; message: string } {
  const known = sentences[status];
  if (known) return known;
  if (status === 503) return { code: 'temporarily_unavailable', message: 'Try again in a moment.' };
  return status >= 500
    ? { code: 'internal', message: 'Something went wrong here; the log of the server says what.' }
    : { code: 'bad_request', message: 'The request cannot be understood.' };
}
