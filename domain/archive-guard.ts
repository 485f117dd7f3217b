export interface ArchiveGuard {
  /** Share of the pool, 0 to 1. */
  share: number;
  /** Fewer items than this never ask. */
  minimum: number;
}

/**
 * Whether a run must ask a person before it takes stock away: when more than `share` of the pool and at least
 * `minimum` items would go, and always when the feed was empty though the pool is not.
 */
export function needsApproval(
  plan: { archive: number; zero: number; pool: number; productsRead: number },
  guard: ArchiveGuard,
): boolean {
  const leaving = plan.archive + plan.zero;
  if (plan.productsRead === 0 && plan.archive > 0) return true;
  return leaving >= Math.max(1, guard.minimum) && leaving > guard.share * plan.pool;
}
