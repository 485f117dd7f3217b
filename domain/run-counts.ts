/** What a run of each job counts; programs that read a run find all of these, also when it ended early. */
const COUNTED = {
  inventory: ['products', 'items', 'created', 'updated', 'unchanged', 'archived', 'restored', 'skipped', 'rejected'],
  refresh: ['products', 'items', 'created', 'updated', 'unchanged', 'restored', 'skipped', 'rejected'],
  send: ['due', 'sent', 'failed', 'held', 'waiting'],
  shipments: ['asked', 'changed', 'shipments', 'corrected', 'unmatched', 'expired', 'unreadable'],
} as const;

/** The counts of a run with 0 for what it did not get to count, in the order in which they are documented. */
export function completeCounts(job: keyof typeof COUNTED, counts: Record<string, number>): Record<string, number> {
  return { ...Object.fromEntries(COUNTED[job].map((name) => [name, 0])), ...counts };
}

/**
 * What a full import put right of an inventory that webhooks or the quick rhythm had kept; undefined for other runs. Those
 * are hints, and the full feed is the truth: how much they miss is worth knowing.
 */
export function correctionsLine(job: string, { corrected, items = 0 }: Record<string, number>): string | undefined {
  if (job !== 'inventory' || corrected === undefined) return undefined;
  const [few, all] = [corrected, items].map((count) => count.toLocaleString('en-US'));
  return `Corrected ${few} of ${all} items: what webhooks and the quick rhythm had missed.`;
}
