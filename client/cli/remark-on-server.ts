import { adviceOnServer, probeServer } from '../serve-probe.ts';
import type { ServedPart } from '../serve-probe.ts';
import type { Session } from '../session.ts';
import { remark } from './output.ts';

/** Says so where `bcsource serve` is not found at its public address. A remark only: others may reach it all the same. */
export async function remarkOnServer({ settings: { publicUrl } }: Session, part: ServedPart): Promise<void> {
  if (publicUrl === null) return;
  const advice = adviceOnServer(await probeServer(publicUrl, part), publicUrl, part);
  if (advice) remark(`${advice.message} ${advice.hint}`);
}
