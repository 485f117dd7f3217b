import type { FastifyInstance } from 'fastify';
import { within } from '../../workers/within.ts';

/** Below the 30 s that a container gets. */
export const ENDS_WITHIN = {
  /** Requests under way may be answered until then; longer than any takes (see the limits in server.ts). */
  answersMs: 12_000,
  /** Then nothing is waited for any more. */
  cutMs: 13_000,
  /** By then the process has ended, on a busy machine too. */
  allMs: 15_000,
} as const;

/**
 * Takes nothing new, lets what is under way be answered, cuts the connections of the rest, and then closes what all of it
 * stands on. `cut` where something is still held when the time is up, e.g. by a lock in Postgres: then the process must be
 * ended, or it would go on.
 */
export async function endServing(
  app: Pick<FastifyInstance, 'close' | 'server'>,
  closeRest: () => Promise<unknown>,
  { answersMs, cutMs }: { answersMs: number; cutMs: number } = ENDS_WITHIN,
): Promise<'whole' | 'cut'> {
  const late = setTimeout(() => app.server.closeAllConnections(), answersMs);
  const closing = app
    .close()
    .finally(() => clearTimeout(late))
    .finally(closeRest);
  const end = await within(cutMs, closing);
  if (end !== 'late') return 'whole';
  closing.catch(() => undefined);
  return 'cut';
}
