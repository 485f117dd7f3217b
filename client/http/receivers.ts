import { createSecretBox } from '../../database/secrets.ts';
import { loadReceiver } from '../../database/webhook-receivers.ts';
import type { WebhookReceiver } from '../../database/webhook-receivers.ts';
import type { HttpDependencies } from './dependencies.ts';

/** A new secret, and a source that is gone, are noticed after so long. */
const KNOWN_FOR_MS = 5_000;
const MOST_KNOWN = 1_000;

/** The receivers of sources, remembered for some seconds: events come in bursts, and each would ask the database. */
export function createReceivers({ session, app, now }: HttpDependencies) {
  const box = createSecretBox(session.settings.encryptionKeys);
  const known = new Map<string, { at: number; receiver: Promise<WebhookReceiver | undefined> }>();
  return {
    /** Undefined where the source has no webhooks. */
    of(source: string): Promise<WebhookReceiver | undefined> {
      const at = now().getTime();
      const found = known.get(source);
      if (found && at - found.at < KNOWN_FOR_MS && at >= found.at) return found.receiver;
      const receiver = load(source);
      known.delete(source);
      known.set(source, { at, receiver });
      receiver.catch(() => known.delete(source));
      if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
      return receiver;
    },
  };

  async function load(source: string): Promise<WebhookReceiver | undefined> {
    const found = await loadReceiver(await session.database(), box, source);
    if (!found) return undefined;
    const receiver = found.isOfApp ? { ...found, clientSecret: app?.clientSecret ?? null } : found;
    const { rememberSecret } = await session.dependencies();
    rememberSecret(receiver.headerSecret);
    if (receiver.clientSecret !== null) rememberSecret(receiver.clientSecret);
    return receiver;
  }
}
