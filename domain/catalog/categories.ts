/** A category of the store; `parentId` 0 or null is the root. */
export interface Category {
  readonly name: string;
  readonly parentId: number | null;
}

const MOST_LEVELS = 3;
const NONE: readonly string[] = [];

/**
 * The names from the top down to the first of these categories that exists, at most the three topmost levels. A parent that
 * is missing, or that is its own descendant, ends the chain there.
 */
export function categoryChain(
  ids: readonly number[] | null | undefined,
  categories: ReadonlyMap<number, Category>,
): readonly string[] {
  const start = ids?.find((id) => categories.has(id));
  if (start === undefined) return NONE;
  const chain: string[] = [];
  const seen = new Set<number>();
  let id: number | null = start;
  while (id && !seen.has(id)) {
    const category = categories.get(id);
    if (!category) break;
    seen.add(id);
    chain.unshift(category.name);
    id = category.parentId;
  }
  return chain.slice(0, MOST_LEVELS);
}
