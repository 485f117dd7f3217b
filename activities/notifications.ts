import { openTarget } from '../database/notification-targets.ts';
import { claimDue, markDelivered, markFailed, untilNextDue } from '../database/outbox.ts';
import type { Delivery } from '../database/outbox.ts';
import { SecretUnreadable } from '../database/secrets.ts';
import { CORE_TASK_QUEUE, NOTIFICATIONS_ID } from '../workflows/ids.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { sendMessage } from './notification-senders.ts';
import type { Sent } from './notification-senders.ts';

/** Claimed and sent at once: more would have some wait until their claim is over. */
const AT_ONCE = 10;

export interface DeliveryRound {
  delivered: number;
  failed: number;
  /** For how long nothing is due; null when nothing waits. */
  nextInMs: number | null;
}

type DeliveryDependencies = Pick<WorkerDependencies, 'db' | 'secrets' | 'log' | 'rememberSecret' | 'notify'>;

/** Activities that hand over what is written in the outbox. */
export function notificationActivities(deps: DeliveryDependencies) {
  const { db, log } = deps;
  return {
    /** Makes one attempt for messages that are due. Safe to repeat; a message keeps its id. */
    async deliverDue(): Promise<DeliveryRound> {
      const due = await claimDue(db, AT_ONCE);
      const sent = await Promise.all(due.map((delivery) => deliver(deps, delivery)));
      const delivered = sent.filter(({ ok }) => ok).length;
      return { delivered, failed: sent.length - delivered, nextInMs: await untilNextDue(db) };
    },
  };

  async function deliver(scene: DeliveryDependencies, delivery: Delivery): Promise<Sent> {
    const sent = await attempt(scene, delivery);
    const facts = { id: delivery.id, source: delivery.notice.source, type: delivery.notice.type, to: delivery.label };
    if (sent.ok) {
      await markDelivered(db, delivery.id);
      log.info(facts, 'notification delivered');
      return sent;
    }
    // A test that fails is told to whoever waits for it; nobody wants it two days later.
    const final = sent.final || delivery.notice.type === 'test';
    const { isOver } = await markFailed(db, delivery.id, sent.error, final);
    const words = isOver ? 'notification given up' : 'notification not delivered, it is tried again';
    log.warn({ ...facts, attempts: delivery.attempts, error: sent.error }, words);
    return sent;
  }
}

async function attempt({ secrets, rememberSecret, notify }: DeliveryDependencies, delivery: Delivery): Promise<Sent> {
  const { id, notice } = delivery;
  try {
    const to = openTarget(secrets, delivery);
    if (to.type !== 'email') rememberSecret(to.url);
    const url = notice.run && notify.webUrl(notice.run.workflowId, notice.run.runId);
    return await sendMessage(to, { id, notice, url }, notify.smtp);
  } catch (error) {
    if (!(error instanceof SecretUnreadable)) throw error;
    return { ok: false, error: error.code, final: false };
  }
}

/**
 * Has what was just written delivered at once. What is lost here is found by the sweep a minute later, so nothing fails
 * for it.
 */
export async function wakeDelivery({ temporal, log }: Pick<WorkerDependencies, 'temporal' | 'log'>): Promise<void> {
  try {
    await temporal.workflow.signalWithStart('deliverNotifications', {
      ...{ workflowId: NOTIFICATIONS_ID, taskQueue: CORE_TASK_QUEUE, signal: 'deliver', signalArgs: [] },
    });
  } catch (error) {
    log.warn({ err: error }, 'notifications wait for the next sweep');
  }
}
