import { WEBHOOKS_PATH } from './http/webhooks-path.ts';

export type Served = 'served' | 'app_unknown' | 'silent';

/** The part of `bcsource serve` that is asked for. */
export type ServedPart = 'app' | 'webhooks';

const PROBE_MS = 3_000;

/** The address that is asked. A proxy hands on the callbacks and the webhooks, and perhaps nothing else. */
export function probedAddress(publicUrl: string, part: ServedPart): string {
  return publicUrl + (part === 'app' ? '/auth' : WEBHOOKS_PATH);
}

/** Whether `bcsource serve` answers at the public address, as seen from here; others may reach it though we do not. */
export async function probeServer(publicUrl: string, part: ServedPart): Promise<Served> {
  try {
    const options = { signal: AbortSignal.timeout(PROBE_MS), redirect: 'manual' } as const;
    const response = await fetch(probedAddress(publicUrl, part), options);
    const text = await response.text();
    if (part === 'app' && response.status === 400) return 'served';
    const { error } = JSON.parse(text) as { error?: { code?: unknown } };
    if (error?.code === 'app_unknown') return 'app_unknown';
    return part === 'webhooks' && error?.code === 'not_found' ? 'served' : 'silent';
  } catch {
    return 'silent';
  }
}

/** What to say and to do about it; null where all is well. */
export function adviceOnServer(
  served: Served,
  publicUrl: string,
  part: ServedPart,
): { message: string; hint: string } | null {
  const address = probedAddress(publicUrl, part);
  if (served === 'served') return null;
  if (served === 'app_unknown') {
    return {
      message: `\`bcsource serve\` answers at ${address}, but knows no app.`,
      hint: 'Set BIGCOMMERCE_CLIENT_ID, BIGCOMMERCE_CLIENT_SECRET and BCSOURCE_PUBLIC_URL for it too, and start it again.',
    };
  }
  return {
    message: `\`bcsource serve\` does not answer at ${address} from here.`,
    hint: 'Start it beside the worker (`bcsource dev` does not), and hand this address on to it; see docs/connect.md.',
  };
}
