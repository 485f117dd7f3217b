import { SHELVES } from './shelves.ts';

/** A category as the generator knows it; `parentId` 0 is a root (bigcommerce/docs category-trees_catalog.v3.yml). */
export interface Category {
  readonly id: number;
  readonly parentId: number;
  readonly name: string;
  readonly path: string;
  readonly isVisible: boolean;
}

export interface CategoryForest {
  readonly categories: readonly Category[];
  /** For each shelf, the ids from its leaf up to the root. */
  readonly chainOfShelf: ReadonlyArray<readonly number[]>;
}

const FIRST_ID = 18;

/** Builds the category tree from the shelves' paths: up to five levels, ids with gaps, one hidden branch (Office/Desk). */
export function buildCategories(): CategoryForest {
  const byPath = new Map<string, Category>();
  const chainOfShelf = SHELVES.map((shelf) => {
    const names = shelf.path.split('/');
    const chain: number[] = [];
    let parentId = 0;
    for (let depth = 1; depth <= names.length; depth += 1) {
      const path = names.slice(0, depth).join('/');
      const category = byPath.get(path) ?? addCategory(byPath, path, parentId);
      parentId = category.id;
      chain.unshift(category.id);
    }
    return chain;
  });
  return { categories: [...byPath.values()].sort((a, b) => a.id - b.id), chainOfShelf };
}

function addCategory(byPath: Map<string, Category>, path: string, parentId: number): Category {
  const count = byPath.size;
  const category = {
    id: FIRST_ID + count + Math.floor(count / 7) * 2,
    parentId,
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    isVisible: path !== 'Office/Desk',
  };
  byPath.set(path, category);
  return category;
}
