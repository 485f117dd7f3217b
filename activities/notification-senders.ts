import { createTransport } from 'nodemailer';
import { Webhook } from 'standardwebhooks';
import type { TargetAddress } from '../database/notification-targets.ts';
import type { SmtpSettings } from '../domain/environment.ts';
import { plainText, slackBody, webhookBody } from '../domain/notices/notice.ts';
import type { Notice } from '../domain/notices/notice.ts';

/** Below the pause before the next attempt (database/outbox.ts): nobody else sends it meanwhile. */
const ATTEMPT_MS = 10_000;

export interface Message {
  /** The same at every attempt. */
  id: string;
  notice: Notice;
  /** The run in the Web UI. */
  url: string | null;
}

/** How an attempt ended: `error` says what became of it, never an address. */
export type Sent = { ok: true } | { ok: false; error: string; final: boolean };

/** Makes one attempt to hand a message over. Never throws. */
export async function sendMessage(to: TargetAddress, message: Message, smtp: SmtpSettings | null): Promise<Sent> {
  try {
    if (to.type === 'email') return await sendMail(to.to, message, smtp);
    if (to.type === 'slack') return await post(to.url, JSON.stringify(slackBody(message.notice, message.url)));
    const body = JSON.stringify(webhookBody(message.notice, message.url));
    return await post(to.url, body, webhookHeaders(message.id, body, to.secret));
  } catch (error) {
    return { ok: false, error: wordsOf(error), final: false };
  }
}

/** The three headers of Standard Webhooks; without a secret there is nothing to sign with. */
function webhookHeaders(id: string, body: string, secret: string | null): Record<string, string> {
  const at = new Date();
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)) };
  return secret === null ? headers : { ...headers, 'webhook-signature': new Webhook(secret).sign(id, at, body) };
}

/** Standard Webhooks: a receiver that answers 410 wants nothing any more. */
const GONE = 410;

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Sent> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'bigcommerce-source', ...headers },
    body,
    // What is meant for one address is not handed to another.
    redirect: 'manual',
    signal: AbortSignal.timeout(ATTEMPT_MS),
  });
  await response.body?.cancel();
  if (response.ok) return { ok: true };
  return { ok: false, error: `answered ${response.status}`, final: response.status === GONE };
}

async function sendMail(to: string[], { id, notice, url }: Message, smtp: SmtpSettings | null): Promise<Sent> {
  if (!smtp) return { ok: false, error: 'SMTP_URL is not set for the worker', final: false };
  const transport = createTransport({
    ...{ url: smtp.url, connectionTimeout: ATTEMPT_MS, greetingTimeout: ATTEMPT_MS, socketTimeout: ATTEMPT_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  // The time limits of the transport begin anew with each answer of the server.
  const late = setTimeout(() => transport.close(), 2 * ATTEMPT_MS - 2000);
  try {
    const text = plainText(notice, url);
    const headers = { 'auto-submitted': 'auto-generated' };
    await transport.sendMail({
      from: smtp.from,
      to,
      subject: notice.title,
      text,
      headers,
      messageId: `<${id}@bcsource>`,
    });
    return { ok: true };
  } finally {
    clearTimeout(late);
    transport.close();
  }
}

const LATE = `did not answer within ${ATTEMPT_MS / 1000} seconds`;
const UNKNOWN_HOST = 'has a host that is not found';
const BROKEN_OFF = 'broke off the connection';

/** What codes of fetch and of the mail transport mean for whoever reads what became of a receiver. */
const meanings: Record<string, string> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: BROKEN_OFF,
  UND_ERR_SOCKET: BROKEN_OFF,
  ENOTFOUND: UNKNOWN_HOST,
  EDNS: UNKNOWN_HOST,
  ETIMEDOUT: LATE,
  TimeoutError: LATE,
  ESOCKET: 'has no mail server that can be connected to',
  'bad port': 'has a port to which nothing is sent',
};

/** Messages of these errors may hold an address or a password. */
function wordsOf(error: unknown): string {
  const { code, responseCode, name, cause } = error as {
    code?: unknown;
    responseCode?: unknown;
    name?: unknown;
    cause?: { code?: unknown; message?: unknown };
  };
  if (typeof responseCode === 'number') return `the mail server answered ${responseCode}`;
  const found = cause?.code ?? (typeof code === 'string' ? code : undefined) ?? plainWords(cause?.message) ?? name;
  if (typeof found !== 'string') return 'unknown error';
  const meaning = meanings[found];
  return meaning ? `${meaning} (${found})` : found;
}

/** A message that is too plain to hold an address, like fetch's `bad port`. */
function plainWords(message: unknown): string | undefined {
  return typeof message === 'string' && /^[a-z]+( [a-z]+){0,7}$/i.test(message) ? message : undefined;
}
