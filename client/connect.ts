import { setTimeout as pause } from 'node:timers/promises';
import { installLink } from '../bigcommerce/oauth.ts';
import { databaseTime } from '../database/clock.ts';
import { findInstall } from '../database/installs.ts';
import type { Install } from '../database/installs.ts';
import { findSourceById, lockSource, setStoreHash } from '../database/sources.ts';
import type { StoredSource } from '../database/sources.ts';
import { storeHash as storeHashSchema } from '../domain/source/connection.ts';
import type { SourceSettings } from '../domain/source/source.ts';
import { settleAppCredential } from './app-credential.ts';
import { requireApp } from './app-settings.ts';
import { knownError, usageError } from './errors.ts';
import type { Session } from './session.ts';
import { requireSource } from './session.ts';
import { OTHER_NAME, OTHER_PREFIX, refuseOtherStore, refuseSharedPrefix } from './sources.ts';

/** An installation that is expected. */
export interface Connecting {
  source: string;
  storeHash: string;
  link: string;
  /** What is told from here on is an answer to it; by the database's clock. */
  since: Date;
}

/**
 * Says which store a source is to be connected to, and where its owner installs the app. Throws ClientError where the
 * source is not for an app, where nothing says which store it is, or where parts of the app are missing in the environment.
 */
export async function beginConnecting(session: Session, name: string, store: string | undefined): Promise<Connecting> {
  const source = await requireSource(session, name);
  if (source.connectionType !== 'oauth') {
    const hint = 'Only `connection: { type: oauth, storeHash: HASH }` is connected by an app; apply such a file first.';
    throw usageError(`Source ${name} connects by an API account.`, hint);
  }
  refuseInvalidHash(store);
  const app = requireApp(session.settings);
  const storeHash = await settleStore(session, source, store);
  const since = await databaseTime(await session.database());
  return { source: name, storeHash, link: installLink(app), since };
}

function refuseInvalidHash(given: string | undefined): void {
  const parsed = storeHashSchema.optional().safeParse(given);
  if (!parsed.success) throw usageError(`--store ${parsed.error.issues[0]!.message}.`, 'Give it as in the API path.');
}

async function settleStore(session: Session, source: StoredSource, given: string | undefined): Promise<string> {
  const inFile = (source.settings['connection'] as { storeHash: string | null } | undefined)?.storeHash ?? null;
  if (given === undefined || given === source.storeHash) {
    if (source.storeHash) return source.storeHash;
    throw usageError(
      `Nothing says which store source ${source.name} is.`,
      'Write connection.storeHash into its file, or give --store HASH: the part after /stores/ in the API path.',
    );
  }
  if (inFile) throw usageError(`The file of source ${source.name} says store ${inFile}.`, 'Change it there.');
  const { name } = source;
  const { db, secrets } = await session.dependencies();
  await db.transaction().execute(async (trx) => {
    await lockSource(trx, name);
    const { settings, storeHash: before } = await findSourceById(trx, source.id);
    const { fulfillment } = settings as Pick<SourceSettings, 'fulfillment'>;
    await refuseOtherStore(trx, { sourceId: source.id, before, after: given }, (reason) =>
      usageError(`The store of source ${name} ${reason}.`, OTHER_NAME),
    );
    await refuseSharedPrefix(trx, { name, fulfillment }, given, (reason) =>
      usageError(`--store was refused: ${reason}.`, OTHER_PREFIX),
    );
    await setStoreHash(trx, source.id, given);
    await settleAppCredential(trx, secrets, source.id);
  });
  return given;
}

const LOOK_EVERY_MS = 500;

/**
 * Waits until the store says what became of the installation. Throws ClientError `scope_missing` when it granted too
 * little, and `install_timeout` when it says nothing in time; an attempt that BigCommerce did not confirm ends nothing.
 */
export async function awaitInstall(
  session: Session,
  { storeHash, since }: Connecting,
  wait: { timeoutMs: number; signal: AbortSignal },
): Promise<Install> {
  const db = await session.database();
  const deadline = Date.now() + wait.timeoutMs;
  for (;;) {
    const install = await findInstall(db, storeHash);
    const isNews = install !== undefined && install.changedAt > since;
    if (isNews && install.status === 'installed') return install;
    if (isNews && install.reasonCode === 'scope_missing') throw knownError('scope_missing', install.reason!);
    if (Date.now() > deadline) {
      const message = `Nobody installed the app in store ${storeHash} within ${Math.round(wait.timeoutMs / 1000)} s.`;
      throw knownError('install_timeout', message);
    }
    await pause(LOOK_EVERY_MS, undefined, { signal: wait.signal });
  }
}
