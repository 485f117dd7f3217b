import type { Connection } from '@temporalio/client';
import pLimit from 'p-limit';
import { endLostRuns } from '../activities/lost-runs.ts';
import { leapRequestIds } from '../database/fr-intake.ts';
import { leapFeed } from '../database/shipment-feed.ts';
import { listUnfinishedRequests } from '../database/send-runs.ts';
import { listSources } from '../database/sources.ts';
import { ensureMaintenance } from '../workers/maintenance.ts';
import { startFrWorkflows } from './fr-workflows.ts';
import { ensureSchedules } from './schedules.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import type { Session } from './session.ts';

export interface Recovery {
  /** Search attributes that the namespace lacked. */
  registered: string[];
  /** Runs that were under way when the backup was made, or whose workflow is gone; they are ended now. */
  endedRuns: string[];
  /** Sources whose schedules are as their files say. */
  sources: number;
  /** Requests that are not ended, or whose order was not read back; each has a workflow now. */
  requests: number;
  /** From where the feed of shipments goes on: above everything that it may have said after the backup was made. */
  feedCursor: number;
}

const PAGE = 500;
const SOURCES_AT_ONCE = 10;

/**
 * Makes Temporal what the database says, e.g. after a restored backup beside an empty Temporal: ends runs that nobody
 * carries on, gives their leases back, makes schedules, and starts a workflow for every request that is not ended; it
 * looks for its order in the store before anything else. So it does for one whose order was not read back yet. Safe to
 * repeat, and safe where nothing was lost.
 */
export async function recover(session: Session, onProgress: (sentence: string) => void): Promise<Recovery> {
  const db = await session.database();
  const temporal = await session.temporal();
  // First: a workflow that sets an attribute that its namespace does not know never gets on.
  const registered = await ensureSearchAttributes(temporal.connection as Connection, temporal.options.namespace);
  const endedRuns = await endLostRuns({ db, temporal });
  onProgress(`Ended ${endedRuns.length} runs that nobody carries on.`);
  const feedCursor = await leapFeed(db);
  await leapRequestIds(db);
  const sources = await listSources(db);
  await pLimit(SOURCES_AT_ONCE).map(sources, ({ name, settings }) => ensureSchedules(temporal, name, settings));
  onProgress(`The schedules of ${sources.length} sources are as their files say.`);
  let requests = 0;
  for (let after = 0; ;) {
    const open = await listUnfinishedRequests(db, after, PAGE);
    const { unreachable } = await startFrWorkflows(session, open);
    if (unreachable) throw new Error('Temporal went away. Run `bcsource recover` again.');
    requests += open.length;
    onProgress(`${requests} requests that are not ended have a workflow.`);
    if (open.length < PAGE) break;
    after = open.at(-1)!.id;
  }
  await ensureMaintenance(temporal);
  return { registered, endedRuns, sources: sources.length, requests, feedCursor };
}
