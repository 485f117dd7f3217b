/** Flags of a request whose order is archived in the store or gone from it, or whose order number is somebody else's. */
export type LostFlag = 'order_deleted' | 'order_foreign';

/** Said within the sentence on how such a request stands, and in its timeline. */
export const LOST: Record<LostFlag, string> = {
  order_deleted: 'the order is archived in the store or gone from it: ask the supplier whether it is shipped',
  order_foreign: "the order of that number is somebody else's now: ask the supplier what has become of ours",
};

/** Which of them a request has; the one of somebody else's order says more. */
export function lostBy(flags: readonly string[]): LostFlag | null {
  return (['order_foreign', 'order_deleted'] as const).find((flag) => flags.includes(flag)) ?? null;
}

/** Said of a request with the flag `expired`; NUMBER stands for its own. */
export const EXPIRED =
  'It has left the lookback period and is not asked for by itself any more: `bcsource fr watch NUMBER`.';

/** Said of one with the flag `unreadable`. */
export const UNREADABLE = 'What the store answers of its order cannot be read: see `bcsource fr show NUMBER`.';

/** Said of one with these flags, in this order and in one sentence. */
const FINDINGS = {
  closed_short: 'its order is marked as shipped in the store, though not all of it is in a package',
  unmatched_items: 'a package holds something that is no line of it',
  no_tracking: 'a package has no tracking number',
  mapping_failed: 'a field of a package could not be mapped',
  lines_differ: 'the lines of its order differ from its own',
};

/** The same flag where every package was deleted. */
const NO_PACKAGE = 'its order was marked as shipped, and no package of it is left';

export interface Flagged {
  number: string;
  flags: readonly string[];
  /** All of it has shipped: no period matters any more. */
  isShipped: boolean;
  /** Tracking numbers of its packages, null where one has none. */
  packages: readonly (string | null)[];
}

/** What the flags of a sent request mean for it, and where to look: sentences to follow the one on how it stands. */
export function flagSentences({ number, flags, isShipped, packages }: Flagged): string[] {
  // How it was shipped is told without a number already.
  const isTold = isShipped && packages.every((tracking) => tracking === null);
  const told = flags.filter((flag) => flag !== 'no_tracking' || !isTold);
  const texts = packages.length > 0 ? FINDINGS : { ...FINDINGS, no_tracking: NO_PACKAGE };
  const found = Object.entries(texts).flatMap(([flag, text]) => (told.includes(flag) ? [text] : []));
  const findings = found.length > 0 ? [`But ${found.join('; ')}: see \`bcsource fr show NUMBER\`.`] : [];
  const unreadable = flags.includes('unreadable') ? [UNREADABLE] : [];
  const expired = flags.includes('expired') && !isShipped ? [EXPIRED] : [];
  // By a function: a number may hold a $.
  return [...findings, ...unreadable, ...expired].map((text) => text.replace('NUMBER', () => number));
}
