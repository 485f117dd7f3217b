import { z } from 'zod';
import { counted } from '../counted.ts';
import { jobKinds } from '../jobs.ts';

/** When a receiver wants to hear of a run: of each, of those that need somebody, or of none. */
const common = {
  on: z.enum(['always', 'problems', 'never']).default('always'),
  /** Runs of these jobs only; left out, all. */
  jobs: z.array(z.enum(jobKinds)).min(1).optional(),
};

/** `fetch` throws for an address with a user name or a password in it, so nothing would ever be posted there. */
const webAddress = z
  .url({ protocol: /^https?$/, error: 'is not a web address like https://example.com/hook' })
  .refine((text) => !holdsCredentials(text), {
    error: 'must not hold a user name or a password: nothing can be posted to such an address',
  });

function holdsCredentials(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { username, password } = new URL(address);
  return username !== '' || password !== '';
}

/** Standard Webhooks: 24 to 64 random bytes in base64, behind a prefix. */
const signingSecret = z.string().refine(
  (text) => {
    const body = /^whsec_([A-Za-z0-9+/]+=*)$/.exec(text)?.[1];
    const { length } = Buffer.from(body ?? '', 'base64');
    return length >= 24 && length <= 64;
  },
  { error: 'must be whsec_ and 24 to 64 bytes in base64; make one with: echo whsec_$(openssl rand -base64 32)' },
);

/** Whom to tell, and of what. Addresses and secrets are taken out before anything is stored in the clear. */
export const notificationSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('webhook'), url: webAddress, secret: signingSecret.optional(), ...common }),
  z.strictObject({ type: z.literal('slack'), url: webAddress, ...common }),
  z.strictObject({ type: z.literal('email'), to: z.array(z.email()).min(1), ...common }),
]);

export type NotificationEntry = z.infer<typeof notificationSchema>;

/** What may be shown of an entry: where it goes, without what may be secret. */
export function labelOf(entry: NotificationEntry): string {
  if (entry.type !== 'email') return new URL(entry.url).host;
  return counted(entry.to.length, 'recipient', 'recipients');
}
