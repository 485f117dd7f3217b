import { setCurrentDetails } from '@temporalio/workflow';
import { database } from './proxies.ts';

/**
 * Looks every minute for what should have happened and did not, tells of it once, and of its end; then sees to it that
 * notifications go out whose delivery was lost.
 */
export async function watchAlarms(): Promise<{ started: number; ended: number }> {
  const { started, ended, waiting } = await database.evaluateAlarms(new Date(Date.now()).toISOString());
  setCurrentDetails(`Alarms: ${started} have begun, ${ended} have ended.`);
  if (waiting) await database.startDelivery();
  return { started, ended };
}
