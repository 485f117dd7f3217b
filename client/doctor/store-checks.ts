import pLimit from 'p-limit';
import { testConnection } from '../../activities/connection.ts';
import { openStore } from '../../activities/stores.ts';
import { getStoreTime } from '../../bigcommerce/time.ts';
import { listSources } from '../../database/sources.ts';
import type { StoredSource } from '../../database/sources.ts';
import { configuredJobs } from '../../domain/scopes.ts';
import { clientErrorOf, named } from '../errors.ts';
import type { Session } from '../session.ts';
import { fine, look, problem, warning } from './check.ts';
import type { Clock, DoctorCheck } from './check.ts';

const STORES_AT_ONCE = 20;
/** A store that does not answer is told by its name, before the time of all looks is over. */
const SPARE_MS = 200;
/** Above this, times of the store and of ours are hard to read side by side; nothing depends on it. */
const CLOCKS_APART_MS = 60_000;

/** Every connected store: whether it takes our token, what the token may do, and whether its clock agrees with ours. */
export async function checkStores(session: Session, clock: Clock): Promise<DoctorCheck[]> {
  const sources = await listSources(await session.database());
  if (sources.length === 0)
    return [warning('sources', 'There is no source yet.', 'Begin with `bcsource source init`.')];
  const limit = pLimit(STORES_AT_ONCE);
  const found = await limit.map(sources, (source) => {
    const check = `store ${source.name}`;
    const ms = clock.left() - SPARE_MS;
    if (ms > 0) return look(check, ms, () => checkStore(session, source));
    return [warning(check, 'There was no time left to ask it.', `Run \`bcsource source test ${source.name}\`.`)];
  });
  return found.flat();
}

async function checkStore(session: Session, source: StoredSource): Promise<DoctorCheck> {
  const check = `store ${source.name}`;
  try {
    const deps = await session.dependencies();
    const time = await getStoreTime(await openStore(deps, source, 'send'));
    const report = await testConnection(deps, source, configuredJobs(source.settings));
    if (report.missing.length > 0) {
      const scopes = report.missing.map(({ scope }) => scope).join(', ');
      return problem(check, `The token lacks ${scopes}.`, report.missing.map(({ click }) => click).join('; '));
    }
    const apartMs = time ? Math.abs(Date.now() - time.getTime()) : 0;
    if (apartMs > CLOCKS_APART_MS) {
      const seconds = Math.round(apartMs / 1000);
      return warning(check, `Its clock and ours are ${seconds} s apart.`, 'Check the clock of this machine (NTP).');
    }
    return fine(check, `${report.store?.name ?? 'The store'} takes the token, which may do all that is needed.`);
  } catch (error) {
    const known = clientErrorOf(error);
    if (!known) return problem(check, error instanceof Error ? error.message : String(error), 'See the message.');
    // The hint of a job says what it left undone.
    const again = `Look at the network, then ask it again with \`bcsource source test ${source.name}\`.`;
    const hint = known.code === 'store_unavailable' ? again : named(known, { source: source.name }).hint;
    return problem(check, known.message, hint);
  }
}
