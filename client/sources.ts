import type { Client } from '@temporalio/client';
import { wakeSource } from '../activities/wake.ts';
import { clearRefusal, clearRefusalByStore, findRefusal } from '../database/connection-refusals.ts';
import type { Database, Executor } from '../database/connect.ts';
import { saveCredential } from '../database/credentials.ts';
import { saveTargets } from '../database/notification-targets.ts';
import { countBoundToStore } from '../database/sent-to-store.ts';
import type { SecretBox } from '../database/secrets.ts';
import { findSource, findSourceById, listSources, lockSource, lockStore, saveSource } from '../database/sources.ts';
import { counted } from '../domain/counted.ts';
import type { JobKind } from '../domain/jobs.ts';
import { jobSchedules, jobSections } from '../domain/source/job-schedules.ts';
import { isTooRare } from '../domain/shipments/schedule.ts';
import { readSourceFile } from '../domain/source/read.ts';
import type { Place, SourceProblem } from '../domain/source/read.ts';
import type { SourceSettings } from '../domain/source/source.ts';
import { settleAppCredential } from './app-credential.ts';
import type { ClientError } from './errors.ts';
import { usageError } from './errors.ts';
import { ScheduleRefused, deleteUnscheduled, ensureScheduled, ensureSchedules } from './schedules.ts';
import type { Session } from './session.ts';

export interface AppliedSource {
  name: string;
  version: number;
  changed: boolean;
  /** What else is another one than before: it stands encrypted beside the settings, whose version it does not change. */
  replaced: ('credential' | 'receivers of notifications')[];
  schedules: Record<JobKind, boolean>;
  /** What is allowed, and may not be what was meant. */
  warnings: string[];
}

/**
 * Checks a source file and stores it as a new version, then makes its schedules match. Throws ClientError with every
 * problem, each with line and column; then nothing was stored. One that was broken off can be done again.
 */
export async function applySource(session: Session, text: string, file: string): Promise<AppliedSource> {
  const read = readSourceFile(text, process.env);
  if (!read.ok) throw refused(file, read.problems);
  const { settings, place } = read;
  const deps = await session.dependencies();
  const temporal = await session.temporal();
  const { name, connection } = settings;
  let replaced: AppliedSource['replaced'] = [];
  let areSchedulesTouched = false;
  const saved = await saveSource(
    deps.db,
    {
      name,
      connectionType: connection.type,
      storeHash: connection.storeHash ?? null,
      document: read.document,
      settings: withoutCredential(settings),
    },
    async (trx, sourceId, storeBefore) => {
      // The store of an installed app is known also where the file leaves it out, and after a removal that kept the data.
      const { storeHash } = await findSourceById(trx, sourceId);
      await refuseOtherStore(trx, { sourceId, before: storeBefore, after: storeHash }, (reason) =>
        refused(file, [place(['connection', 'storeHash'], reason)], OTHER_NAME),
      );
      await refuseSharedPrefix(trx, settings, storeHash, (reason) =>
        refused(file, [place(['fulfillment', 'externalOrderIdPrefix'], `is taken: ${reason}`)], OTHER_PREFIX),
      );
      replaced = await saveSecrets(trx, deps.secrets, sourceId, settings);
      // Last, so that a schedule that Temporal refuses undoes everything before it.
      areSchedulesTouched = true;
      await ensureScheduled(temporal, name, settings).catch(refuseSchedule(file, place));
    },
  ).catch(async (error: unknown) => {
    if (areSchedulesTouched) await restoreSchedules(deps.db, temporal, name).catch(() => undefined);
    throw error;
  });
  // A new token in the environment changes no word of the file.
  if (saved.changed || (await findRefusal(deps.db, saved.id))) {
    // No file installs an app again.
    const lift = connection.type === 'oauth' && saved.isSameConnection ? clearRefusalByStore : clearRefusal;
    await wakeRequests(session, saved.id, name, lift);
  }
  // When the file is stored for good, because a Schedule that was deleted cannot be given its pause back.
  await withStored(deps.db, name, (stored) => deleteUnscheduled(temporal, name, stored));
  return {
    name,
    version: saved.version,
    changed: saved.changed,
    // Of a source that was not there before nothing is another one than before.
    replaced: saved.changed && saved.version === 1 ? [] : replaced,
    schedules: Object.fromEntries(
      jobSchedules(settings).map(({ job, schedule }) => [job, schedule !== undefined]),
    ) as AppliedSource['schedules'],
    warnings: warningsOf(settings),
  };
}

/** What stands encrypted beside the settings; answers which of it was replaced. */
async function saveSecrets(
  trx: Executor,
  box: SecretBox,
  sourceId: number,
  { connection, notifications }: SourceSettings,
): Promise<AppliedSource['replaced']> {
  const replaced: AppliedSource['replaced'] = [];
  if (connection.type === 'api_token') {
    const { clientId = null, accessToken, clientSecret } = connection;
    const credential = { clientId, accessToken, clientSecret };
    if (await saveCredential(trx, box, sourceId, credential)) replaced.push('credential');
  } else await settleAppCredential(trx, box, sourceId);
  if (await saveTargets(trx, box, sourceId, notifications)) replaced.push('receivers of notifications');
  return replaced;
}

/** Below what a person waits for a refusal; where Temporal is away, the doctor tells of schedules that differ. */
const RESTORE_WITHIN_MS = 10_000;

/** Puts the Schedules of a source back to what is stored of it, after a change of which Temporal took a part. */
async function restoreSchedules(db: Database, temporal: Client, name: string): Promise<void> {
  await withStored(db, name, (stored) =>
    temporal.withDeadline(Date.now() + RESTORE_WITHIN_MS, () => ensureSchedules(temporal, name, stored)),
  );
}

/** Runs `act` on the settings that are stored of a source; a file that is applied meanwhile waits for it. */
async function withStored(
  db: Database,
  name: string,
  act: (settings: Record<string, unknown>) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lockSource(trx, name);
    await act((await findSource(trx, name))?.settings ?? {});
  });
}

function warningsOf({ shipments }: SourceSettings): string[] {
  if (!shipments?.schedule || !isTooRare(shipments.schedule, new Date())) return [];
  const rule = 'open requests are asked for less often than every 12 hours';
  return [`shipments.schedule at times starts no run for 11.5 hours or more: ${rule}. Take e.g. \`every: 1h\`.`];
}

function refuseSchedule(file: string, place: Place) {
  return (error: unknown): never => {
    if (!(error instanceof ScheduleRefused)) throw error;
    const path = [jobSections[error.job], 'schedule', ...(error.job === 'refresh' ? ['refresh'] : [])];
    throw refused(
      file,
      [place(path, `is not taken by Temporal: ${error.message}`)],
      'Write the cron expression with numbers, names, lists, ranges and steps, and the zone as the IANA database spells it.',
    );
  };
}

function withoutCredential(settings: SourceSettings): Record<string, unknown> {
  // Addresses of notifications can be secrets themselves (a Slack address is): they stand encrypted in rows of their own.
  const { connection, notifications: _, ...rest } = settings;
  return { ...rest, connection: { type: connection.type, storeHash: connection.storeHash ?? null } };
}

function refused(
  file: string,
  problems: SourceProblem[],
  hint = 'Mend these places and apply it again; docs/sources.md lists every setting.',
): ClientError {
  const lines = problems.map(
    ({ line, column, path, reason }) => `${file}:${line}:${column}${path && ` ${path}`} ${reason}`,
  );
  return usageError(`${file} was refused and nothing was changed.\n${lines.join('\n')}`, hint, { problems });
}

export const OTHER_NAME = 'Give the other store a source of its own; this one then finishes what it has sent.';

/**
 * Requests whose orders are in one store would be looked for in the other: taken for lost there, and sent once more. Throws
 * what `refuse` makes of the reason.
 */
export async function refuseOtherStore(
  trx: Executor,
  { sourceId, before, after }: { sourceId: number; before: string | null; after: string | null },
  refuse: (reason: string) => ClientError,
): Promise<void> {
  if (before === null || before === after) return;
  const bound = await countBoundToStore(trx, sourceId);
  if (bound === 0) return;
  const requests = counted(bound, 'request of it is', 'requests of it are');
  throw refuse(`cannot become ${after ?? 'none'}: ${requests} sent to store ${before} and not shipped yet`);
}

export const OTHER_PREFIX = 'Give one of them another fulfillment.externalOrderIdPrefix.';

/**
 * Two sources on one store would find each other's orders by number unless their prefixes differ. What was found holds
 * until the transaction ends: another source of the store waits for it. Lock the source first. Throws what `refuse` makes of
 * the reason.
 */
export async function refuseSharedPrefix(
  trx: Executor,
  settings: Pick<SourceSettings, 'name' | 'fulfillment'>,
  storeHash: string | null,
  refuse: (reason: string) => ClientError,
): Promise<void> {
  if (!settings.fulfillment || !storeHash) return;
  await lockStore(trx, storeHash);
  const mine = settings.fulfillment.externalOrderIdPrefix;
  for (const other of await listSources(trx)) {
    const theirs = other.settings['fulfillment'] as { externalOrderIdPrefix: string } | undefined;
    const clashes =
      other.name !== settings.name && other.storeHash === storeHash && theirs?.externalOrderIdPrefix === mine;
    if (!clashes) continue;
    throw refuse(
      `source ${other.name} sends orders to the same store (${storeHash}) with the same externalOrderIdPrefix ${JSON.stringify(mine)}`,
    );
  }
}

/**
 * Makes the waiting requests of a source look at its settings and its connection again. A credential that was refused is
 * tried again by the first of them, as far as `lift` ends the refusal.
 */
export async function wakeRequests(
  session: Session,
  sourceId: number,
  name: string,
  lift: typeof clearRefusal = clearRefusal,
): Promise<void> {
  // First, so that a refusal stays noted, and can be ended by a test, when nobody can be woken now.
  const client = await session.temporal();
  await lift(await session.database(), sourceId);
  await wakeSource(client, name);
}
