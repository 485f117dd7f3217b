/** Rows by id, with a callback for whoever keeps them on disk. */
export class Table<Row> {
  readonly #rows = new Map<number, Row>();
  readonly #firstId: number;
  readonly #onWrite: (id: number, row: Row | null) => void;
  #lastId: number;

  constructor(firstId: number, onWrite: (id: number, row: Row | null) => void) {
    this.#firstId = firstId;
    this.#lastId = firstId - 1;
    this.#onWrite = onWrite;
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  get(id: number): Row | undefined {
    return this.#rows.get(id);
  }

  /** Rows in the order in which they were made. */
  all(): Row[] {
    return [...this.#rows.values()];
  }

  get size(): number {
    return this.#rows.size;
  }

  put(id: number, row: Row): void {
    this.restore(id, row);
    this.#onWrite(id, row);
  }

  delete(id: number): boolean {
    const existed = this.#rows.delete(id);
    if (existed) this.#onWrite(id, null);
    return existed;
  }

  /** Takes a row over without telling anybody, as when a journal is played. */
  restore(id: number, row: Row | null): void {
    if (row === null) this.#rows.delete(id);
    else this.#rows.set(id, row);
    this.#lastId = Math.max(this.#lastId, id);
  }

  clear(): void {
    this.#rows.clear();
    this.#lastId = this.#firstId - 1;
  }
}
