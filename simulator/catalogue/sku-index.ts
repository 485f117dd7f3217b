/**
 * Finds ids by SKU regardless of letter case and trailing blanks, as the collation of BigCommerce's database does. How
 * `sku=` matches is not documented, so a reader has to compare the answers itself (and has to be tested on doing so).
 */
export class SkuIndex {
  readonly #ids = new Map<string, number | number[]>();

  add(sku: unknown, id: number): void {
    const key = keyOf(sku);
    const present = this.#ids.get(key);
    if (present === undefined) this.#ids.set(key, id);
    else if (typeof present === 'number') this.#ids.set(key, [present, id].sort(ascending));
    else present.splice(present.findLastIndex((other) => other < id) + 1, 0, id);
  }

  remove(sku: unknown, id: number): void {
    const key = keyOf(sku);
    const left = this.find(sku).filter((other) => other !== id);
    if (left.length === 0) this.#ids.delete(key);
    else this.#ids.set(key, left.length === 1 ? (left[0] as number) : left);
  }

  /** The ids with this SKU, ascending. */
  find(sku: unknown): number[] {
    const found = this.#ids.get(keyOf(sku));
    if (found === undefined) return [];
    return typeof found === 'number' ? [found] : [...found];
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}

function keyOf(sku: unknown): string {
  return String(sku).toLowerCase().trimEnd();
}
