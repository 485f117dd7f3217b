import pLimit from 'p-limit';
import { ensureFrWorkflow } from '../activities/fr-start.ts';
import { ClientError } from './errors.ts';
import type { Session } from './session.ts';
import { missingNamespace } from './temporal-failures.ts';

/** Enough to keep a server busy, and few enough for it to answer others meanwhile. */
const STARTS_AT_ONCE = 20;

/**
 * Starts the workflows of these requests; one that runs already stays as it is. Does not throw when Temporal does not
 * answer, or lacks the namespace: the requests are in Postgres, and maintenance starts them later.
 */
export async function startFrWorkflows(
  session: Session,
  frs: readonly { id: number; source: string; number: string }[],
): Promise<{ started: number; unreachable: boolean }> {
  const limit = pLimit(STARTS_AT_ONCE);
  let started = 0;
  try {
    const client = await session.temporal();
    await limit.map(frs, async ({ id, source, number }) => {
      await ensureFrWorkflow(client, { id, source, number });
      started++;
    });
    return { started, unreachable: false };
  } catch (error) {
    limit.clearQueue();
    const isUnreachable = error instanceof ClientError ? error.code === 'temporal_unavailable' : isLost(error);
    if (isUnreachable || missingNamespace(error) !== undefined) return { started, unreachable: true };
    throw error;
  }
}

const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_RESOURCE_EXHAUSTED = 8;
const GRPC_UNAVAILABLE = 14;

/** The client wraps what the server or the connection said. */
function isLost(error: unknown): boolean {
  const { code } = ((error as { cause?: unknown }).cause ?? error) as { code?: unknown };
  return code === GRPC_UNAVAILABLE || code === GRPC_DEADLINE_EXCEEDED || code === GRPC_RESOURCE_EXHAUSTED;
}
