import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { SECRET_HEADER } from '../../activities/align-hooks.ts';
import type { WebhookReceiver } from '../../database/webhook-receivers.ts';
import { hintOf } from '../../domain/webhooks.ts';
import type { Hint } from '../../domain/webhooks.ts';

/** An event that was sent by the store, and what it hints at. */
export interface BelievedEvent {
  webhookId: string;
  hash: string;
  scope: string;
  eventAt: Date;
  hint: Hint | null;
}

/** Why an event is not believed; for our log alone. */
export type Doubt = 'wrong_header_secret' | 'wrong_signature' | 'not_understood' | 'other_store' | 'no_client_secret';

/** Postgres keeps no NUL. */
const word = z
  .string()
  .max(200)
  .regex(/^[^\0]*$/);

/** BigCommerce's envelope (facts: 13); new fields may come at any time. */
const envelopeSchema = z.looseObject({
  scope: word,
  producer: word,
  hash: word.default(''),
  created_at: z.number().int().nonnegative().max(32_503_680_000).optional(),
  data: z.unknown().optional(),
});

const MAX_ID = 200;

/**
 * Checks an event: our own secret header, the signature and the time of Standard Webhooks over the raw body, and that it
 * comes from the store of the source. Nothing of the body is parsed before it is known who wrote it.
 */
export function believeEvent(
  receiver: WebhookReceiver,
  headers: IncomingHttpHeaders,
  body: Buffer,
  now: Date,
): BelievedEvent | Doubt {
  if (receiver.clientSecret === null) return 'no_client_secret';
  if (!isSame(textOf(headers[SECRET_HEADER]), receiver.headerSecret)) return 'wrong_header_secret';
  const webhookId = textOf(headers['webhook-id']);
  if (webhookId === '' || webhookId.length > MAX_ID || !isSigned(receiver.clientSecret, headers, body)) {
    return 'wrong_signature';
  }
  const envelope = parse(body);
  if (!envelope) return 'not_understood';
  if (envelope.producer !== `stores/${receiver.storeHash}`) return 'other_store';
  const { scope, hash, created_at: at, data } = envelope;
  return { webhookId, hash, scope, eventAt: at === undefined ? now : new Date(at * 1000), hint: hintOf(scope, data) };
}

/** The key is the client secret itself; the library takes it as base64. */
function isSigned(clientSecret: string, headers: IncomingHttpHeaders, body: Buffer): boolean {
  const key = Buffer.from(clientSecret, 'utf8').toString('base64');
  const signed = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, textOf(headers[name])]),
  );
  try {
    new Webhook(key).verify(body, signed, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

function parse(body: Buffer): z.infer<typeof envelopeSchema> | undefined {
  try {
    const parsed = envelopeSchema.safeParse(JSON.parse(body.toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** In constant time, also for texts of different lengths. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
