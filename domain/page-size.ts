/** A page size that halves when a store cannot serve it and goes back up when it can again. */
export interface PageSizer {
  readonly size: number;
  shrink(): void;
  /** Call after each page that came well. */
  grow(): void;
}

/** So many pages must come well before a larger one is tried: a store that is slow stays slow for a while. */
const GOOD_PAGES_BEFORE_GROWTH = 3;

export function createPageSizer(largest: number, start: number): PageSizer {
  let size = Math.max(1, Math.min(largest, start));
  let good = 0;
  return {
    get size() {
      return size;
    },
    shrink() {
      size = Math.max(1, Math.floor(size / 2));
      good = 0;
    },
    grow() {
      if (size === largest || ++good < GOOD_PAGES_BEFORE_GROWTH) return;
      size = Math.min(largest, size * 2);
      good = 0;
    },
  };
}
