/** Ids in ascending order with binary search: finding a keyset page costs O(log n), whatever page it is. */
export class SortedIds {
  readonly #ids: number[];

  constructor(ascending: number[]) {
    this.#ids = ascending;
  }

  get size(): number {
    return this.#ids.length;
  }

  at(position: number): number | undefined {
    return this.#ids[position];
  }

  has(id: number): boolean {
    return this.#ids[this.lowerBound(id)] === id;
  }

  /** The position of the first id that is not below `id`. */
  lowerBound(id: number): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] as number) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  slice(from: number, to: number): number[] {
    return this.#ids.slice(from, to);
  }

  add(id: number): void {
    const position = this.lowerBound(id);
    if (this.#ids[position] === id) return;
    if (position === this.#ids.length) this.#ids.push(id);
    else this.#ids.splice(position, 0, id);
  }

  remove(id: number): void {
    const position = this.lowerBound(id);
    if (this.#ids[position] === id) this.#ids.splice(position, 1);
  }

  [Symbol.iterator](): IterableIterator<number> {
    return this.#ids.values();
  }
}
