export interface TableOptions<Row> {
  readonly firstId: number;
  /** Called with every row that is written, null for one that is gone. */
  onWrite(id: number, row: Row | null): void;
  /** By which text rows are found besides their id, for tables that are searched by one. */
  keyOf?(row: Row): string;
}

/** Rows by id, with a callback for whoever keeps them on disk. */
export class Table<Row> {
  readonly #rows = new Map<number, Row>();
  readonly #keys = new Map<number, string>();
  readonly #idsByKey = new Map<string, Set<number>>();
  readonly #options: TableOptions<Row>;
  #lastId: number;

  constructor(options: TableOptions<Row>) {
    this.#options = options;
    this.#lastId = options.firstId - 1;
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

  /** Rows that had this key when they were last put, in the order in which they got it. */
  withKey(key: string): Row[] {
    return [...(this.#idsByKey.get(key) ?? [])].map((id) => this.#rows.get(id) as Row);
  }

  get size(): number {
    return this.#rows.size;
  }

  put(id: number, row: Row): void {
    this.restore(id, row);
    this.#options.onWrite(id, row);
  }

  delete(id: number): boolean {
    const existed = this.#rows.has(id);
    this.#remove(id);
    if (existed) this.#options.onWrite(id, null);
    return existed;
  }

  /** Takes a row over without telling anybody, as when a journal is played. */
  restore(id: number, row: Row | null): void {
    if (row === null) this.#remove(id);
    else this.#keep(id, row);
    this.#lastId = Math.max(this.#lastId, id);
  }

  clear(): void {
    for (const kept of [this.#rows, this.#keys, this.#idsByKey]) kept.clear();
    this.#lastId = this.#options.firstId - 1;
  }

  #keep(id: number, row: Row): void {
    this.#rows.set(id, row);
    const key = this.#options.keyOf?.(row);
    // The key that is on record, not the row's: a row may have been changed in place.
    if (key === this.#keys.get(id)) return;
    this.#forgetKey(id);
    if (key === undefined) return;
    this.#keys.set(id, key);
    const ids = this.#idsByKey.get(key);
    if (ids === undefined) this.#idsByKey.set(key, new Set([id]));
    else ids.add(id);
  }

  #remove(id: number): void {
    this.#rows.delete(id);
    this.#forgetKey(id);
  }

  #forgetKey(id: number): void {
    const key = this.#keys.get(id);
    if (key === undefined) return;
    this.#keys.delete(id);
    const ids = this.#idsByKey.get(key);
    ids?.delete(id);
    if (ids?.size === 0) this.#idsByKey.delete(key);
  }
}
