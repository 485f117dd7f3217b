import { placeOf } from '../../database/place.ts';
import { openSession, readSettings, temporalSettings } from '../session.ts';
import type { Session } from '../session.ts';
import { checkDatabase, checkDisk } from './database-checks.ts';
import { createClock, look } from './check.ts';
import type { DoctorCheck } from './check.ts';
import { checkServer } from './serve-check.ts';
import { checkStores } from './store-checks.ts';
import { checkTemporal } from './temporal-checks.ts';
import { checkWebhooks } from './webhook-checks.ts';

/** All together, with what a process needs to start and to print, below five seconds. */
const WITHIN_MS = 3_600;
/** Without the database little else can be looked at: the rest of the time is for the others. */
const FIRST_LOOK_MS = 2_000;

/**
 * Looks at everything that the system stands on, side by side, and says what to do. With `repair`, schedules are made
 * right. Looks that came to no end in time may still be under way afterwards: end the process.
 */
export async function examine({ repair }: { repair: boolean }): Promise<DoctorCheck[]> {
  const settings = await readSettings();
  const clock = createClock(WITHIN_MS);
  const database = await look('database', FIRST_LOOK_MS, () => checkDatabase(settings), {
    message: `Postgres at ${placeOf(settings.databaseUrl).host} does not answer within ${FIRST_LOOK_MS / 1000} s.`,
    hint: 'Check DATABASE_URL, that Postgres runs, and the network between.',
  });
  const session = await openSession();
  const others = [temporalLook(session, { repair, hasDatabase: isReadable(database), clock })];
  if (isReadable(database)) {
    others.push(
      look('stores', clock.left(), () => checkStores(session, clock)),
      look('webhooks', clock.left(), () => checkWebhooks(session, clock)),
      look('serve', clock.left(), () => checkServer(session)),
    );
  }
  const found = await Promise.all([...others, checkDisk()]);
  return [...database, ...found.flat()];
}

function temporalLook(session: Session, how: Parameters<typeof checkTemporal>[1]): Promise<DoctorCheck[]> {
  const ms = how.clock.left();
  return look('temporal', ms, () => checkTemporal(session, how), {
    message: `Temporal at ${temporalAddress()} does not answer within ${(ms / 1000).toFixed(1)} s.`,
    hint: 'Check TEMPORAL_ADDRESS, that Temporal runs (`bcsource status` for the local stack), and the network between.',
  });
}

/** As far as it is known: settings that cannot be used are a problem of their own. */
function temporalAddress(): string {
  try {
    return temporalSettings().address;
  } catch {
    return 'its address';
  }
}

/** Whether the other looks can read what they need; a key that is missing does not keep them from it. */
function isReadable(database: readonly DoctorCheck[]): boolean {
  return !database.some(({ check, status }) => status === 'problem' && ['database', 'schema'].includes(check));
}
