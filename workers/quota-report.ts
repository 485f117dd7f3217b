import { hostname } from 'node:os';
import type { Governors } from '../bigcommerce/governors.ts';
import type { Database } from '../database/connect.ts';
import { noteQuotas } from '../database/store-quota.ts';
import type { Log } from './log.ts';

const EVERY_MS = 15_000;

/** Who we are in the table: workers of one machine differ by their process. */
const worker = `${process.pid}@${hostname()}`;

/**
 * Writes down every few seconds what this worker sees of the quota of its stores: for the overview, and for the alarm of
 * those who wait for it. Answers how to end that.
 */
export function reportQuotas(db: Database, governors: Governors, log: Log): () => void {
  let last = '';
  const report = async () => {
    const quotas = [...governors.all()].map(([storeHash, governor]) => ({ storeHash, ...governor.snapshot() }));
    const text = JSON.stringify(quotas);
    // What stands still is said again only while somebody waits: then it must be seen to be fresh.
    if (text === last && quotas.every(({ waitingSince }) => waitingSince === null)) return;
    await noteQuotas(db, worker, quotas);
    last = text;
  };
  const timer = setInterval(() => {
    report().catch((error: unknown) => log.logger.warn({ err: error }, 'the quotas of stores were not noted'));
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
