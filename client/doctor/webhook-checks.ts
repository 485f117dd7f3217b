import { listSources } from '../../database/sources.ts';
import { hasWebhooks } from '../../database/webhook-receivers.ts';
import type { Session } from '../session.ts';
import { readWebhooks } from '../webhooks.ts';
import { fine, look, problem, warning } from './check.ts';
import type { Clock, DoctorCheck } from './check.ts';

/** A store that does not answer is told by its name, before the time of all looks is over. */
const SPARE_MS = 200;

/** The webhooks of every source that has some: whether the store has them all and sends them. */
export async function checkWebhooks(session: Session, clock: Clock): Promise<DoctorCheck[]> {
  const db = await session.database();
  const checks: Promise<DoctorCheck[]>[] = [];
  for (const source of await listSources(db)) {
    if (!(await hasWebhooks(db, source.id))) continue;
    const check = `webhooks ${source.name}`;
    checks.push(
      look(check, clock.left() - SPARE_MS, async () => {
        const { hooks, destination, lastEventAt } = await readWebhooks(session, source);
        const bad = hooks.filter(({ state }) => state !== 'active');
        if (bad.length > 0) {
          const scopes = bad.map(({ scope, state }) => `${scope} (${state.replace('_', ' ')})`).join(', ');
          return problem(check, `Not sent: ${scopes}.`, `Run \`bcsource source webhooks ${source.name} --repair\`.`);
        }
        const { publicUrl } = session.settings;
        if (publicUrl !== null && !destination?.startsWith(`${publicUrl}/`)) {
          const message = `They are sent to ${destination}, which is not below BCSOURCE_PUBLIC_URL.`;
          return warning(check, message, `Run \`bcsource source webhooks ${source.name} --create\`.`);
        }
        return fine(
          check,
          `${hooks.length} are sent; the last event came ${lastEventAt?.toISOString() ?? 'never so far'}.`,
        );
      }),
    );
  }
  return (await Promise.all(checks)).flat();
}
