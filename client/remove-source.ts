import pLimit from 'p-limit';
import { endRunsOfSource } from '../activities/end-runs.ts';
import { endFrWorkflow } from '../activities/fr-start.ts';
import type { Database } from '../database/connect.ts';
import { listOpenOfSource } from '../database/send-runs.ts';
import type { OpenRequest } from '../database/send-runs.ts';
import { findSource, findSourceId, removeSource } from '../database/sources.ts';
import { hasWebhooks } from '../database/webhook-receivers.ts';
import { notFound } from './errors.ts';
import { ensureSchedules } from './schedules.ts';
import type { Session } from './session.ts';
import { wakeRequests } from './sources.ts';
import { removeWebhooks } from './webhooks.ts';

const ENDED_AT_ONCE = 20;
const PAGE = 1_000;

/**
 * Removes a source, its schedules and what its jobs are doing; its items and runs stay unless `purge`. One that was
 * broken off can be done again. Throws ClientError `source_not_found`.
 */
export async function removeSourceAndSchedules(session: Session, name: string, purge: boolean): Promise<void> {
  const temporal = await session.temporal();
  const db = await session.database();
  // First, so that a removal that was broken off leaves a source that can be removed again, and no schedule without one.
  await ensureSchedules(temporal, name, {});
  const { source, id } = await requireRemovable(session, name, purge);
  // The store would go on sending for two days. Without an answer of the store it does so, and nobody believes it.
  if (source && (await hasWebhooks(db, id))) await removeWebhooks(session, source).catch(() => undefined);
  // Before its jobs are ended, so that none begins anew, and before its data go, so that they find no place to write to.
  await removeSource(db, name, false);
  await endRunsOfSource({ db, temporal }, { id, name });
  if (purge) await purgeSource(session, name);
  // Requests that were not sent say from now on that their source is gone.
  if (source) await wakeRequests(session, id, name);
}

/** A source, or with `purge` what one that was removed has left. Throws ClientError `source_not_found`. */
export async function requireRemovable(session: Session, name: string, purge: boolean) {
  const db = await session.database();
  const source = await findSource(db, name);
  const id = source?.id ?? (purge ? await findSourceId(db, name) : undefined);
  if (id === undefined) throw notFound('source', name);
  return { source, id };
}

async function purgeSource(session: Session, name: string): Promise<void> {
  const temporal = await session.temporal();
  const db = await session.database();
  const orphans = await listAllOpen(db, name);
  await removeSource(db, name, true);
  await pLimit(ENDED_AT_ONCE).map(orphans, (fr) => endFrWorkflow(temporal, fr));
}

async function listAllOpen(db: Database, source: string): Promise<OpenRequest[]> {
  const open: OpenRequest[] = [];
  for (;;) {
    const page = await listOpenOfSource(db, source, open.at(-1)?.id ?? 0, PAGE);
    open.push(...page);
    if (page.length < PAGE) return open;
  }
}
