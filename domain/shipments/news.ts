/** What is known of an order since its shipments were last read. */
export interface LastReading {
  /** Its `date_modified` then, by the store's clock. */
  orderModifiedAt: Date | null;
  /** When that `date_modified` was first seen, by our clock. */
  orderSeenAt: Date | null;
  /** When it was last read, by our clock. */
  askedAt: Date | null;
}

/** `date_modified` has whole seconds: an order that was read in the second of its change may have changed again in it. */
const SAME_SECOND_MS = 2_000;

/**
 * Whether an order that the store lists as modified at `modifiedAt` has to be read: unless it was read when the second
 * of that change was over for certain. By our own clock it is over two seconds after the change was first seen, so that
 * a store whose clock is ahead has each order read once more, and not again and again until our clock has caught up.
 */
export function isNews({ orderModifiedAt, orderSeenAt, askedAt }: LastReading, modifiedAt: Date | null): boolean {
  if (modifiedAt === null || modifiedAt.getTime() !== orderModifiedAt?.getTime() || askedAt === null) return true;
  const over = [modifiedAt, orderSeenAt].flatMap((at) => (at ? [at.getTime() + SAME_SECOND_MS] : []));
  return askedAt.getTime() < Math.min(...over);
}
