import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { deliveriesOf, enqueueNotice } from '../database/outbox.ts';
import type { DeliveryState } from '../database/outbox.ts';
import type { Notice } from '../domain/notices/notice.ts';
import { CORE_TASK_QUEUE, NOTIFICATIONS_ID } from '../workflows/ids.ts';
import { knownError, usageError } from './errors.ts';
import { hasWorker } from './jobs.ts';
import { requireSource } from './session.ts';
import type { Session } from './session.ts';

const POLL_MS = 100;
/** Longer than one attempt takes at the most. */
const LONGEST_MS = 30_000;

/**
 * Sends a test notification to every receiver of a source and answers what became of each. Throws ClientError where the
 * source has none, or when no worker is there to send it.
 */
export async function testNotifications(session: Session, name: string): Promise<DeliveryState[]> {
  const source = await requireSource(session, name);
  const db = await session.database();
  const temporal = await session.temporal();
  const subject = `test:${randomUUID()}`;
  const told = await enqueueNotice(db, { sourceId: source.id, subject, toAll: true }, testNotice(name));
  if (told === 0) {
    throw usageError(`Source ${name} has no notifications.`, 'Name receivers in its file: docs/notifications.md.');
  }
  await temporal.workflow.signalWithStart('deliverNotifications', {
    ...{ workflowId: NOTIFICATIONS_ID, taskQueue: CORE_TASK_QUEUE, signal: 'deliver', signalArgs: [] },
  });
  if (!(await hasWorker(temporal))) {
    throw knownError('worker_unavailable', 'The test is written down, but no worker is there to send it.');
  }
  for (const until = Date.now() + LONGEST_MS; ; await pause(POLL_MS)) {
    const states = await deliveriesOf(db, source.id, subject);
    if (Date.now() > until || states.every(({ state }) => state !== 'waiting')) return states;
  }
}

function testNotice(source: string): Notice {
  return {
    ...{ type: 'test', source, at: new Date().toISOString(), title: `${source}: a test notification` },
    lines: ['Somebody ran `bcsource alerts test`. Nothing is wrong.'],
    ...{ commands: [], run: null, data: {} },
  };
}
