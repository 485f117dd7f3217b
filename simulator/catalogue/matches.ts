import type { Catalogue } from './catalogue.ts';
import type { ProductFields } from './product.ts';
import { SortedIds } from './sorted-ids.ts';

const KEPT = 16;

interface Match {
  readonly test: (fields: ProductFields) => boolean;
  readonly ids: SortedIds;
}

/**
 * Remembers which products a filter lets through and corrects that with every change, so that a reader who pages
 * through 100,000 filtered products does not make the simulator look at each of them for every page.
 */
export class Matches {
  readonly #catalogue: Catalogue;
  readonly #kept = new Map<string, Match>();

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
    catalogue.onChange((id) => this.#recheck(id));
  }

  /** The ids of the products that pass; `key` must name the filter and its values completely. */
  find(key: string, test: (fields: ProductFields) => boolean): SortedIds {
    const known = this.#kept.get(key);
    if (known !== undefined) return known.ids;
    const ids: number[] = [];
    for (const id of this.#catalogue.ids) if (this.#passes(id, test)) ids.push(id);
    const match = { test, ids: new SortedIds(ids) };
    if (this.#kept.size >= KEPT) this.#kept.delete(this.#kept.keys().next().value as string);
    this.#kept.set(key, match);
    return match.ids;
  }

  #recheck(id: number): void {
    for (const match of this.#kept.values()) {
      if (this.#passes(id, match.test)) match.ids.add(id);
      else match.ids.remove(id);
    }
  }

  #passes(id: number, test: (fields: ProductFields) => boolean): boolean {
    const product = this.#catalogue.product(id);
    return product !== undefined && test(product.fields);
  }
}
