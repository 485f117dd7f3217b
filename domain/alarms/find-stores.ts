import type { AlarmSettings } from '../source/alarms.ts';

/** Webhooks tell of the stock, or of orders with their shipments: events of one kind say nothing of the other. */
export interface QuietKind {
  kind: 'stock' | 'orders';
  since: Date;
}

/** What is known of the store of a source beside its jobs. */
export interface StoreFacts {
  name: string;
  /** By an app, a refused token is mended by installing it again. */
  connectionType?: 'api_token' | 'oauth';
  refusal: { code: string; since: Date } | null;
  /** Of which the webhooks are silent though the store showed changes that they should have told of; the longest first. */
  quiet: QuietKind[];
  /** Since when nothing but sends has got its turn in the quota. */
  starvingSince: Date | null;
}

/** Why the store refuses a source whose app was taken off it. */
export const UNINSTALLED = 'app_uninstalled';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The store refuses the token, or what the token does not cover; or a worker cannot read it; or the app is uninstalled. */
export function refusedConnection(facts: StoreFacts) {
  if (!facts.refusal) return null;
  const { code, since } = facts.refusal;
  const [what, hint] = refusedWords(facts, code);
  const message = what.replace('SINCE', `since ${since.toISOString()}`);
  return { ...({ cause: 'connection_refused', message, hint } as const), details: { code, since } };
}

/** What happened, SINCE standing for the instant, and what to do. */
function refusedWords({ name, connectionType }: StoreFacts, code: string): [what: string, hint: string] {
  const connect = `bcsource source connect ${name}`;
  const isOfApp = connectionType === 'oauth';
  const renew = `bcsource source test ${name}; then apply the source again with a new token`;
  switch (code) {
    case UNINSTALLED:
      return ['The app is uninstalled SINCE; all jobs wait.', connect];
    case 'scope_missing':
      return ['The store does not let the token do all that is needed SINCE.', renew];
    case 'secret_unreadable':
      // The store was not even asked.
      return [
        'The token cannot be read by a worker SINCE.',
        `bcsource doctor says which worker lacks a key of BCSOURCE_ENCRYPTION_KEY; start it with that, or ${isOfApp ? connect : 'apply the source again'}`,
      ];
    case 'store_not_found':
      return [
        'BigCommerce knows no store under the hash of the source SINCE.',
        'Correct connection.storeHash and apply the source again',
      ];
    default:
      return ['The store refuses the token SINCE.', isOfApp ? connect : renew];
  }
}

/** No event for long, though runs have found changes: the schedules find everything, later. */
export function quietWebhooks({ name, quiet }: StoreFacts, settings: AlarmSettings, now: Date) {
  const hoursOf = ({ since }: QuietKind) => Math.floor((now.getTime() - since.getTime()) / HOUR_MS);
  const silent = quiet.filter((each) => hoursOf(each) >= settings.webhooksQuietHours);
  const [longest] = silent;
  if (!longest) return null;
  const kinds = silent.map(({ kind }) => kind);
  const message = `No webhook that tells of ${kinds.join(' and ')} came for ${hoursOf(silent.at(-1)!)} h, though runs found changes in the store that they should have told of.`;
  const hint = `bcsource source webhooks ${name}; bcsource source webhooks ${name} --repair; see that bcsource serve is reached`;
  return { cause: 'webhooks_quiet', message, hint, details: { since: longest.since, kinds } } as const;
}

/** Other apps, or too many sources on one store, use its quota up. */
export function starvingQuota({ name, starvingSince }: StoreFacts, settings: AlarmSettings, now: Date) {
  if (!starvingSince) return null;
  const minutes = Math.floor((now.getTime() - starvingSince.getTime()) / MINUTE_MS);
  if (minutes < settings.quotaStarvingMinutes) return null;
  const message = `For ${minutes} min nothing but sends has got its turn in the quota of the store.`;
  const hint = `bcsource source test ${name} shows what is left; see in BigCommerce which other apps use the store`;
  return { cause: 'quota_starving', message, hint, details: { since: starvingSince } } as const;
}

/** Nothing has looked for alarms for long: whoever should is not there. Found by `bcsource serve`. */
export function missingWorker(since: Date, now: Date) {
  const minutes = Math.floor((now.getTime() - since.getTime()) / MINUTE_MS);
  const message = `No worker has looked for alarms for ${minutes} min: most likely nothing is imported, sent or asked for.`;
  const hint = 'bcsource doctor; start a worker with bcsource worker';
  return { cause: 'no_worker', message, hint, details: { since } } as const;
}
