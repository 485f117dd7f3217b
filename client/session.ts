import type { Client, Connection } from '@temporalio/client';
import { createCatalogLookups } from '../activities/catalog-lookup.ts';
import type { Dependencies } from '../activities/dependencies.ts';
import { createGovernors } from '../bigcommerce/governors.ts';
import { certificateProblems } from '../database/certificate-files.ts';
import { connectDatabase } from '../database/connect.ts';
import type { Database } from '../database/connect.ts';
import { schemaState } from '../database/migrate.ts';
import { describeUnreachable } from '../database/unreachable.ts';
import { createSecretBox } from '../database/secrets.ts';
import { readEnvironment } from '../domain/environment.ts';
import type { ReadSettings, Settings } from '../domain/environment.ts';
import { guessTemporalUi, workflowLink } from '../domain/web-links.ts';
import { isServerSetting, stackEnvironment } from '../local/environment.ts';
import { stackStatus } from '../local/status.ts';
import { readTemporalSettings, TemporalSettingsError } from '../workers/temporal-settings.ts';
import type { TemporalSettings } from '../workers/temporal-settings.ts';
import { ClientError, clientErrorOf, notFound } from './errors.ts';
import { settingsError } from './settings-hint.ts';
import type { AlsoRead } from './settings-hint.ts';

/** What a command works with. Everything is opened at its first use and closed by `close`. */
export interface Session {
  readonly settings: Settings;
  /** Throws ClientError when the schema is missing or foreign. */
  database(): Promise<Database>;
  /** Throws ClientError `temporal_unavailable` when Temporal does not answer. */
  temporal(): Promise<Client>;
  /** What previews and tests of a connection work with. */
  dependencies(): Promise<Dependencies>;
  webUrl(workflowId: string, runId?: string): string;
  close(): Promise<void>;
}

export function homeFolder(): string {
  return process.env['BCSOURCE_HOME'] || '.bcsource';
}

/** The environment, completed from the running stack where neither database nor Temporal is set. */
export async function applyStackEnvironment(): Promise<void> {
  if (process.env['DATABASE_URL'] || process.env['TEMPORAL_ADDRESS']) return;
  const stack = await stackEnvironment(homeFolder());
  if (!stack) return;
  // Those of other servers would lead to these, or say how to speak to them.
  for (const name of Object.keys(process.env).filter(isServerSetting)) delete process.env[name];
  Object.assign(process.env, stack);
}

/** Reads the settings, of the running stack where nothing else is set. Throws ClientError naming all that is missing, files among it. */
export async function readSettings(): Promise<Settings> {
  const read = await readOwnSettings();
  if (read.ok) return read.settings;
  throw settingsError(read.problems, [tryTemporalSettings()], process.env);
}

/**
 * The same for what serves or polls: the error names also what is wrong with the connection to Temporal, and with what
 * `readAlso` reads.
 */
export async function readServingSettings<T>(
  readAlso: (environment: NodeJS.ProcessEnv) => AlsoRead<T>,
): Promise<{ settings: Settings; value: T }> {
  const read = await readOwnSettings();
  const [also, temporal] = [readAlso(process.env), tryTemporalSettings()];
  if (read.ok && also.ok && temporal.ok) return { settings: read.settings, value: also.value };
  throw settingsError(read.ok ? [] : read.problems, [also, temporal], process.env);
}

async function readOwnSettings(): Promise<ReadSettings> {
  await applyStackEnvironment();
  const read = readEnvironment(process.env);
  const files = await certificateProblems(process.env['DATABASE_URL'] ?? '');
  if (files.length === 0) return read;
  const problems = files.map((problem) => `DATABASE_URL ${problem}`);
  return { ok: false, problems: [...(read.ok ? [] : read.problems), ...problems] };
}

/** How long Temporal may take to answer before a command gives up. */
const CONNECT_TIMEOUT_MS = 5_000;

export interface SessionOptions {
  /** Connections to Postgres at the most; a command needs few. Default 4. */
  poolSize?: number;
  /** Told of an idle connection that was lost; the pool replaces it. */
  onIdleError?: (error: Error) => void;
  /** Keeps credentials that are read out of the log; a command has none. */
  rememberSecret?: (secret: string) => void;
}

export async function openSession(options: SessionOptions = {}): Promise<Session> {
  const settings = await readSettings();
  const place = placeForLinks();
  const temporalUi = await findTemporalUi(place.address);
  const database = once(() => openDatabase(settings, options));
  const temporal = once(() => openTemporal(options));
  const session: Session = {
    settings,
    database: () => database.get(),
    temporal: async () => (await temporal.get()).client,
    async dependencies() {
      return {
        db: await session.database(),
        secrets: createSecretBox(settings.encryptionKeys),
        apiUrl: settings.apiUrl,
        governors: createGovernors(),
        catalogs: createCatalogLookups(),
        rememberSecret: options.rememberSecret ?? (() => undefined),
      };
    },
    webUrl(workflowId, runId) {
      return workflowLink(temporalUi, place.namespace, workflowId, runId);
    },
    async close() {
      await (await temporal.opened())?.connection.close();
      await (await database.opened())?.destroy();
    },
  };
  return session;
}

/**
 * Opens at its first use and once, also for several that ask at the same time: what a second one opened would never be
 * closed, and a command ends only when its idle connections have timed out. A failure is tried again.
 */
function once<T>(open: () => Promise<T>): { get(): Promise<T>; opened(): Promise<T | undefined> } {
  let opening: Promise<T> | undefined;
  return {
    get() {
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    opened: async () => opening?.catch(() => undefined),
  };
}

async function openTemporal({ rememberSecret }: SessionOptions): Promise<{ connection: Connection; client: Client }> {
  const settings = temporalSettings();
  const { apiKey } = settings.connectionOptions;
  if (apiKey !== undefined) rememberSecret?.(apiKey);
  // Here and not above: to load it takes longer than most commands that never reach Temporal.
  const { Client } = await import('@temporalio/client');
  const { connectTemporal, TemporalUnreachable } = await import('../workers/temporal-connection.ts');
  try {
    const connection = await connectTemporal(settings, CONNECT_TIMEOUT_MS);
    return { connection, client: new Client({ connection, namespace: settings.namespace }) };
  } catch (error) {
    if (!(error instanceof TemporalUnreachable)) throw error;
    throw new ClientError('temporal_unavailable', error.message, error.hint, 5);
  }
}

/** How Temporal is reached. Throws ClientError with all settings that cannot work. */
export function temporalSettings(): TemporalSettings {
  const read = tryTemporalSettings();
  if (read.ok) return read.value;
  throw settingsError([], [read], process.env);
}

function tryTemporalSettings(): AlsoRead<TemporalSettings> {
  try {
    return { ok: true, value: readTemporalSettings() };
  } catch (error) {
    if (!(error instanceof TemporalSettingsError)) throw error;
    const hint = 'Check the TEMPORAL_... variables of the environment and the files that they name.';
    return { ok: false, problems: error.problems, hint };
  }
}

async function findTemporalUi(address: string): Promise<string> {
  const given = process.env['BCSOURCE_TEMPORAL_UI'];
  if (given) return given.replace(/\/+$/, '');
  const status = await stackStatus(homeFolder());
  if (status.temporalUi && status.temporalAddress === address) return status.temporalUi;
  return guessTemporalUi(address);
}

/** Settings that cannot be used stop only the commands that reach Temporal. */
function placeForLinks(): Pick<TemporalSettings, 'address' | 'namespace'> {
  try {
    return readTemporalSettings();
  } catch {
    const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = process.env;
    return { address: address || '127.0.0.1:7233', namespace: namespace || 'default' };
  }
}

async function openDatabase(settings: Settings, options: SessionOptions): Promise<Database> {
  const { poolSize = 4, onIdleError } = options;
  const db = connectDatabase(settings.databaseUrl, { poolSize, ...(onIdleError ? { onIdleError } : {}) });
  try {
    const state = await schemaState(db);
    if (state === 'current' || state === 'newer') return db;
    const [message, hint] =
      state === 'behind'
        ? ['The database schema is older than this program.', 'Run `bcsource migrate`.']
        : ['The database schema is newer than this program.', 'Use the version that made it, or a later one.'];
    throw new ClientError('schema_mismatch', message, hint, 1);
  } catch (error) {
    await db.destroy();
    throw databaseUnavailable(settings.databaseUrl, error);
  }
}

/** Postgres cannot be had: says where it should be, why not, and what to do. What says so itself stays. */
export function databaseUnavailable(databaseUrl: string, error: unknown): ClientError {
  const known = clientErrorOf(error);
  if (known) return known;
  const { message, hint } = describeUnreachable(databaseUrl, error);
  return new ClientError('database_unavailable', message, hint, 5);
}

/** The stored source of this name. Throws ClientError `source_not_found`. */
export async function requireSource(session: Session, name: string) {
  const { findSource } = await import('../database/sources.ts');
  const source = await findSource(await session.database(), name);
  if (!source) throw notFound('source', name);
  return source;
}

/** The row number of a source, also of one that was removed with its data kept. Throws ClientError `source_not_found`. */
export async function requireSourceId(session: Session, name: string): Promise<number> {
  const { findSourceId } = await import('../database/sources.ts');
  const id = await findSourceId(await session.database(), name);
  if (id === undefined) throw notFound('source', name);
  return id;
}
