import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { Hook } from '../resources/hooks.ts';
import type { Table } from '../table.ts';
import type { StoreEvent } from './catalogue-events.ts';

/** How a store sends its events; tests shorten the waits and make it behave as badly as a live one may. */
export interface WebhookSettings {
  /** Seconds before each further attempt (bigcommerce/docs, webhooks overview); after the last the hook is switched off. */
  readonly retrySeconds: readonly number[];
  /** Off imitates a store whose events get lost. */
  readonly isSending: boolean;
  /** How often each event is sent, for receivers that must stand duplicates. */
  readonly copies: number;
}

export const DEFAULT_WEBHOOK_SETTINGS: WebhookSettings = {
  retrySeconds: [60, 180, 300, 600, 900, 1800, 3600, 7200, 21_600, 50_400, 86_400],
  isSending: true,
  copies: 1,
};

/** One event to one hook. */
export interface Delivery {
  readonly webhookId: string;
  readonly hookId: number;
  readonly scope: string;
  readonly body: string;
  readonly statuses: (number | string)[];
  state: 'waiting' | 'delivered' | 'given_up';
}

interface Target {
  readonly hash: string;
  readonly hooks: Table<Hook>;
  readonly now: () => number;
}

const ATTEMPT_MS = 10_000;
const MOST_KEPT = 20_000;

/**
 * Sends the events of a store to its hooks: signed the Standard Webhooks way by the secret of the client that made the
 * hook, tried again as BigCommerce does, and switched off in the end. It calls this machine only.
 */
export class Webhooks {
  settings: WebhookSettings = { ...DEFAULT_WEBHOOK_SETTINGS };
  /** Secrets of clients by their id; others have the store's own. */
  readonly clientSecrets = new Map<string, string>();
  deliveries: Delivery[] = [];
  readonly #target: Target;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(target: Target) {
    this.#target = target;
  }

  /** The secret that signs for a client. */
  secretOf(clientId: string): string {
    return this.clientSecrets.get(clientId) ?? `${this.#target.hash}-client-secret`;
  }

  tell({ scope, data }: StoreEvent): void {
    if (!this.settings.isSending) return;
    const { hash, hooks, now } = this.#target;
    const created_at = Math.floor(now() / 1000);
    const said = { scope, store_id: '1000', data, producer: `stores/${hash}`, created_at };
    const body = JSON.stringify({ ...said, hash: createHash('sha1').update(JSON.stringify(said)).digest('hex') });
    for (const hook of hooks.all().filter((each) => each.is_active && covers(each.scope, scope))) {
      const delivery: Delivery = {
        ...{ webhookId: `msg_${randomUUID().replaceAll('-', '')}`, hookId: hook.id, scope, body },
        ...{ statuses: [], state: 'waiting' },
      };
      this.deliveries.push(delivery);
      if (this.deliveries.length > MOST_KEPT) this.deliveries.shift();
      for (let copy = 0; copy < this.settings.copies; copy += 1) void this.#attempt(delivery, 0);
    }
  }

  /** Stops sending; what waits for a further attempt is lost. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  reset(): void {
    this.stop();
    this.settings = { ...DEFAULT_WEBHOOK_SETTINGS };
    this.clientSecrets.clear();
    this.deliveries = [];
  }

  async #attempt(delivery: Delivery, tries: number): Promise<void> {
    const hook = this.#target.hooks.get(delivery.hookId);
    if (hook === undefined || !hook.is_active) return;
    const status = await this.#send(hook, delivery);
    delivery.statuses.push(status);
    if (typeof status === 'number' && status >= 200 && status < 300) {
      delivery.state = 'delivered';
      return;
    }
    const pause = this.settings.retrySeconds[tries];
    if (pause === undefined) return this.#switchOff(delivery);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#attempt(delivery, tries + 1);
    }, pause * 1000);
    timer.unref();
    this.#timers.add(timer);
  }

  async #send(hook: Hook, { webhookId, body }: Delivery): Promise<number | string> {
    if (!isThisMachine(hook.destination)) return 'not on this machine';
    const at = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', this.secretOf(hook.client_id)).update(`${webhookId}.${at}.${body}`);
    try {
      const response = await fetch(hook.destination, {
        method: 'POST',
        headers: {
          ...hook.headers,
          ...{ 'content-type': 'application/json', 'webhook-id': webhookId, 'webhook-timestamp': at },
          'webhook-signature': `v1,${signature.digest('base64')}`,
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(ATTEMPT_MS),
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      return 'no answer';
    }
  }

  #switchOff(delivery: Delivery): void {
    delivery.state = 'given_up';
    const { hooks } = this.#target;
    const hook = hooks.get(delivery.hookId);
    if (hook !== undefined) hooks.put(hook.id, { ...hook, is_active: false });
  }
}

/** A scope, or all below it: `store/order/*`. */
function covers(subscribed: string, scope: string): boolean {
  if (!subscribed.endsWith('/*')) return subscribed === scope;
  return scope.startsWith(subscribed.slice(0, -1));
}

/** The simulator sends nothing into the world. */
export function isThisMachine(destination: string): boolean {
  return URL.canParse(destination) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(destination).hostname);
}
