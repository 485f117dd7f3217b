import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { Database, Executor } from './connect.ts';
import { retryDeadlocks } from './errors.ts';
import type { SourcesTable } from './tables.ts';

/** A source as it stands: its newest version. */
export interface StoredSource {
  id: number;
  name: string;
  version: number;
  connectionType: 'api_token' | 'oauth';
  storeHash: string | null;
  settings: Record<string, unknown>;
  document: string;
  appliedAt: Date;
}

export interface SourceDraft {
  name: string;
  connectionType: 'api_token' | 'oauth';
  storeHash: string | null;
  /** The file as written, without secrets. */
  document: string;
  settings: Record<string, unknown>;
}

export interface SavedSource {
  id: number;
  version: number;
  changed: boolean;
  /** It is connected to the same store in the same way as before, or was when it was removed. */
  isSameConnection: boolean;
}

/**
 * Stores `draft` as a new version, in one transaction with whatever `inTransaction` writes beside it (the credential); it is told
 * of the store that the source was connected to before.
 * When the newest version says the same, no version is made and `changed` is false.
 */
export async function saveSource(
  db: Database,
  draft: SourceDraft,
  inTransaction: (trx: Executor, sourceId: number, storeBefore: string | null) => Promise<unknown>,
): Promise<SavedSource> {
  return db.transaction().execute(async (trx) => {
    await lockSource(trx, draft.name);
    const known = await findSourceRow(trx, draft.name);
    const same = known && known.removed_at === null && (await sameAsNewest(trx, known.id, known.version, draft));
    if (known && same) {
      await inTransaction(trx, known.id, known.store_hash);
      return { id: known.id, version: known.version, changed: false, isSameConnection: true };
    }
    const saved = known ? await raiseVersion(trx, known, draft) : await insertSource(trx, draft);
    await trx
      .insertInto('source_versions')
      .values({
        source_id: saved.id,
        version: saved.version,
        document: draft.document,
        settings: JSON.stringify(draft.settings),
      })
      .execute();
    await inTransaction(trx, saved.id, known?.store_hash ?? null);
    const { id, version } = saved;
    return { id, version, changed: true, isSameConnection: known !== undefined && isSameConnection(known, saved) };
  });
}

/** Nobody else stores a source of this name until the transaction ends. */
export async function lockSource(trx: Executor, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext(${`source:${name}`}))`.execute(trx);
}

/** Nobody else looks at what the sources of this store are, to become one of them, until the transaction ends. */
export async function lockStore(trx: Executor, storeHash: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext(${`store:${storeHash}`}))`.execute(trx);
}

/** The row number of a source, also of one that was removed with its data kept. */
export async function findSourceId(db: Executor, name: string): Promise<number | undefined> {
  return (await findSourceRow(db, name))?.id;
}

function findSourceRow(db: Executor, name: string) {
  return db.selectFrom('sources').selectAll().where('name', '=', name).executeTakeFirst();
}

async function sameAsNewest(db: Executor, id: number, version: number, draft: SourceDraft): Promise<boolean> {
  const newest = await db
    .selectFrom('source_versions')
    // The settings too: the same file says something else when a variable of the environment has changed.
    .select(['document', sql<boolean>`settings = ${JSON.stringify(draft.settings)}::jsonb`.as('hasSameSettings')])
    .where('source_id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst();
  return newest?.document === draft.document && newest.hasSameSettings;
}

function insertSource(db: Executor, draft: SourceDraft) {
  return db
    .insertInto('sources')
    .values({
      name: draft.name,
      version: 1,
      connection_type: draft.connectionType,
      store_hash: draft.storeHash,
      removed_at: null,
    })
    .returning(savedColumns)
    .executeTakeFirstOrThrow();
}

function raiseVersion(db: Executor, known: KnownSource, draft: SourceDraft) {
  // A file need not name the store of an installed app: then it is the one that the source was connected to.
  const isStillInstalled = draft.connectionType === 'oauth' && known.connection_type === 'oauth';
  return db
    .updateTable('sources')
    .set((eb) => ({
      version: eb('version', '+', 1),
      connection_type: draft.connectionType,
      store_hash: draft.storeHash ?? (isStillInstalled ? known.store_hash : null),
      removed_at: null,
    }))
    .where('id', '=', known.id)
    .returning(savedColumns)
    .executeTakeFirstOrThrow();
}

const savedColumns = ['id', 'version', 'connection_type', 'store_hash'] as const;

function isSameConnection(before: KnownSource, after: KnownSource): boolean {
  return before.connection_type === after.connection_type && before.store_hash === after.store_hash;
}

type KnownSource = Pick<Selectable<SourcesTable>, 'id' | 'connection_type' | 'store_hash'>;

/** Says which store a source is to be connected to. */
export async function setStoreHash(db: Executor, sourceId: number, storeHash: string): Promise<void> {
  await db.updateTable('sources').set({ store_hash: storeHash }).where('id', '=', sourceId).execute();
}

function selectSources(db: Executor) {
  return db
    .selectFrom('sources as s')
    .innerJoin('source_versions as v', (join) =>
      join.onRef('v.source_id', '=', 's.id').onRef('v.version', '=', 's.version'),
    )
    .select([
      's.id',
      's.name',
      's.version',
      's.connection_type as connectionType',
      's.store_hash as storeHash',
      'v.settings',
      'v.document',
      'v.applied_at as appliedAt',
    ])
    .where('s.removed_at', 'is', null);
}

/** The source of this name at its newest version, or undefined. */
export function findSource(db: Executor, name: string): Promise<StoredSource | undefined> {
  return selectSources(db).where('s.name', '=', name).executeTakeFirst();
}

/** The source with this number at its newest version; throws where there is none. */
export function findSourceById(db: Executor, id: number): Promise<StoredSource> {
  return selectSources(db).where('s.id', '=', id).executeTakeFirstOrThrow();
}

/** A source as it stood at a version; a run uses one version from its start to its end. */
export function loadSourceVersion(db: Executor, sourceId: number, version: number) {
  return db
    .selectFrom('sources as s')
    .innerJoin('source_versions as v', 'v.source_id', 's.id')
    .select(['s.store_hash as storeHash', 'v.settings'])
    .where('s.id', '=', sourceId)
    .where('v.version', '=', version)
    .executeTakeFirstOrThrow();
}

/** All sources that are not removed, by name. */
export function listSources(db: Executor): Promise<StoredSource[]> {
  return selectSources(db).orderBy('s.name').execute();
}

/** The sources that take their credential from the app in a store. */
export function listSourcesOfApp(db: Executor, storeHash: string): Promise<StoredSource[]> {
  return selectSources(db)
    .where('s.connection_type', '=', 'oauth')
    .where('s.store_hash', '=', storeHash)
    .orderBy('s.name')
    .execute();
}

/** Every stored version of a source, newest first. */
export function listSourceVersions(db: Executor, sourceId: number) {
  return db
    .selectFrom('source_versions')
    .select(['version', 'document', 'settings', 'applied_at as appliedAt'])
    .where('source_id', '=', sourceId)
    .orderBy('version', 'desc')
    .execute();
}

/**
 * Marks a source as removed and forgets its credential; with `purge` everything that belongs to it goes too.
 * False when there is no such source. Safe to repeat.
 */
export async function removeSource(db: Database, name: string, purge: boolean): Promise<boolean> {
  // A page that is being written has locked what this deletes, and asks for its run, which this deletes too.
  return retryDeadlocks(() =>
    db.transaction().execute(async (trx) => {
      const known = await findSourceRow(trx, name);
      if (!known || (known.removed_at !== null && !purge)) return false;
      await trx.deleteFrom('credentials').where('source_id', '=', known.id).execute();
      if (purge) await purgeRows(trx, known.id);
      else await trx.updateTable('sources').set({ removed_at: new Date() }).where('id', '=', known.id).execute();
      return true;
    }),
  );
}

/**
 * The items last: they have no foreign key, which would cost each of them. Deleting the source waits for every page that
 * holds its run and refuses all later ones, so what was written until then is there to be deleted.
 */
async function purgeRows(trx: Executor, sourceId: number): Promise<void> {
  await trx.deleteFrom('sources').where('id', '=', sourceId).execute();
  await trx.deleteFrom('inventory_items').where('source_id', '=', sourceId).execute();
}
