import { createHmac } from 'node:crypto';
import type { TestSimulator } from './simulator.ts';

/** The headers by which the store, or whoever knows this secret, signs an event; `at` is in seconds. */
export function signatureOf(text: string, secret: string, id: string, at: string): Record<string, string> {
  const signature = createHmac('sha256', secret).update(`${id}.${at}.${text}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` };
}

export interface Hook {
  producer: string;
  destination: string;
  headers: Record<string, string>;
}

/** One of the webhooks that a client has in a store, by itself the default one. */
export async function hookOf({ url }: Pick<TestSimulator, 'url'>, token: string, hash = 'demo'): Promise<Hook> {
  const listed = await fetch(`${url}/stores/${hash}/v3/hooks`, { headers: { 'x-auth-token': token } });
  const { data } = (await listed.json()) as { data: Omit<Hook, 'producer'>[] };
  return { ...data[0]!, producer: `stores/${hash}` };
}

/** Sends an event about an order, as whoever knows the hook and this secret could; it says `text` wherever it can. */
export async function sendEvent(
  { destination, headers, producer }: Hook,
  secret: string,
  text: string,
  id = `msg_${secret.length}`,
): Promise<number> {
  const at = String(Math.floor(Date.now() / 1000));
  const event = { scope: 'store/order/updated', producer, data: { id: 1, street: text }, note: text };
  const body = JSON.stringify(event);
  const signed = { ...signatureOf(body, secret, id, at), 'x-note': text };
  const address = `${destination}?note=${encodeURIComponent(text)}`;
  return (await fetch(address, { method: 'POST', headers: { ...headers, ...signed }, body })).status;
}
