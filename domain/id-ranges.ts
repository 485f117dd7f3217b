/** A piece of the id space: after < id <= upTo; null is open, for products that come while we read. */
export interface IdRange {
  after: number;
  upTo: number | null;
}

/** Side by side so many at most: four requests in flight use up a standard quota with ease. */
export const MOST_RANGES = 4;

/** At which positions (from 1) of the product list to cut, so that each range has about as many products. */
export function cutPositions(totalProducts: number, pageSize: number): number[] {
  const ranges = Math.max(1, Math.min(MOST_RANGES, Math.floor(totalProducts / (pageSize * 2))));
  return Array.from({ length: ranges - 1 }, (_, index) => Math.floor((totalProducts * (index + 1)) / ranges));
}

/** Ranges that end at these product ids, the last one open. Ids that are no cut (unknown, out of order) are left out. */
export function rangesFromCuts(cuts: readonly (number | undefined)[]): IdRange[] {
  const ends: number[] = [];
  for (const cut of cuts) if (cut !== undefined && cut > (ends.at(-1) ?? 0)) ends.push(cut);
  return [...ends, null].map((upTo, index) => ({ after: ends[index - 1] ?? 0, upTo }));
}
