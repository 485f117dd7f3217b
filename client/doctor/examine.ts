import { openSession, readSettings } from '../session.ts';
import { checkDatabase, checkDisk } from './database-checks.ts';
import { look } from './check.ts';
import type { DoctorCheck } from './check.ts';
import { checkStores } from './store-checks.ts';
import { checkTemporal } from './temporal-checks.ts';
import { checkWebhooks } from './webhook-checks.ts';

/** Together below five seconds: all looks run side by side. */
const WITHIN_MS = 4_500;

/** Looks at everything that the system stands on, and says what to do. With `repair`, schedules are made right. */
export async function examine({ repair }: { repair: boolean }): Promise<DoctorCheck[]> {
  const settings = await readSettings();
  const database = await look('database', WITHIN_MS, () => checkDatabase(settings));
  if (!isReadable(database)) return [...database, ...(await checkDisk())];
  const session = await openSession();
  try {
    const [temporal, stores, webhooks, disk] = await Promise.all([
      look('temporal', WITHIN_MS, () => checkTemporal(session, repair)),
      look('stores', WITHIN_MS, () => checkStores(session)),
      look('webhooks', WITHIN_MS, () => checkWebhooks(session)),
      checkDisk(),
    ]);
    return [...database, ...temporal, ...stores, ...webhooks, ...disk];
  } finally {
    await session.close();
  }
}

/** Whether the other looks can read what they need; a key that is missing does not keep them from it. */
function isReadable(database: readonly DoctorCheck[]): boolean {
  return !database.some(({ check, status }) => status === 'problem' && ['database', 'schema'].includes(check));
}
