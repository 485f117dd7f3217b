import { listSources } from '../../database/sources.ts';
import { hasWebhooks } from '../../database/webhook-receivers.ts';
import { adviceOnServer, probeServer } from '../serve-probe.ts';
import type { ServedPart } from '../serve-probe.ts';
import type { Session } from '../session.ts';
import { fine, warning } from './check.ts';
import type { DoctorCheck } from './check.ts';

/** Whether `bcsource serve` answers at its public address, where a source needs it for its app or its webhooks. */
export async function checkServer(session: Session): Promise<DoctorCheck[]> {
  const parts = await neededParts(session);
  const { publicUrl } = session.settings;
  if (parts.length === 0) return [];
  if (publicUrl === null) {
    const hint = 'Set it to where `bcsource serve` is reached, for `serve` and for the commands.';
    return [warning('serve', 'BCSOURCE_PUBLIC_URL is not set, so it is not known whether `serve` answers.', hint)];
  }
  const looks = parts.map(async (part) => adviceOnServer(await probeServer(publicUrl, part), publicUrl, part));
  const advice = (await Promise.all(looks)).filter((each) => each !== null);
  if (advice.length > 0) return advice.map(({ message, hint }) => warning('serve', message, hint));
  return [fine('serve', `\`bcsource serve\` answers at ${publicUrl}.`)];
}

async function neededParts(session: Session): Promise<ServedPart[]> {
  const db = await session.database();
  const sources = await listSources(db);
  const hooked = await Promise.all(sources.map(({ id }) => hasWebhooks(db, id)));
  return [
    ...(sources.some(({ connectionType }) => connectionType === 'oauth') ? ['app' as const] : []),
    ...(hooked.includes(true) ? ['webhooks' as const] : []),
  ];
}
