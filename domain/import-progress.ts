/** Where an import stands. Free of libraries: workflows import it. */
export interface ImportProgress {
  phase:
    'starting' | 'preparing' | 'reading' | 'checking' | 'waiting_for_approval' | 'archiving' | 'finishing' | 'done';
  /** Products read so far and, as the store said at the start, in all. */
  products: number;
  totalProducts: number | null;
  items: number;
  changed: number;
  archive: number;
  zero: number;
  /** Until when a decision is waited for. */
  decisionUntil: string | null;
}

export const startOfImport: ImportProgress = {
  phase: 'starting',
  products: 0,
  totalProducts: null,
  items: 0,
  changed: 0,
  archive: 0,
  zero: 0,
  decisionUntil: null,
};

/** The sentence that the CLI, the query and the Web UI show alike. */
export function describeImport(progress: ImportProgress): string {
  const { products, totalProducts, items, changed, archive, zero } = progress;
  const read = `${products}${totalProducts === null ? '' : ` of ${Math.max(products, totalProducts)}`} products`;
  switch (progress.phase) {
    case 'starting':
      return 'Starting: making sure that no other import of this source runs.';
    case 'preparing':
      return 'Reading store information, brands and categories.';
    case 'reading':
      return `Read ${read}: ${items} items, ${changed} of them new or changed.`;
    case 'checking':
      return `Read ${read}. Asking the store once more for what looks missing.`;
    case 'waiting_for_approval':
      return `Waiting for a person until ${progress.decisionUntil ?? 'a decision'}: ${archive} items would be archived and ${zero} would lose all stock. Approve or reject.`;
    case 'archiving':
      return `Archiving ${archive} items that left the feed; ${zero} items lose their stock.`;
    case 'finishing':
      return `Read ${read}. Summing up.`;
    case 'done':
      return `Done: ${read}, ${items} items, ${changed} of them new or changed, ${archive} archived.`;
  }
}
