const SLAB_BYTES = 4 * 1024 * 1024;

interface Slab {
  readonly bytes: Buffer;
  used: number;
  readonly keys: string[];
}

/**
 * Keeps the JSON of products as bytes in slabs, so that a page is a few hundred copies instead of a few hundred
 * serializations, and the bytes stay off the heap. When the limit is reached the oldest slab goes as a whole.
 */
export class JsonCache {
  readonly #entries = new Map<string, { slab: Slab; bytes: Buffer }>();
  readonly #slabs: Slab[] = [];
  readonly #limit: number;

  constructor(limitBytes: number) {
    this.#limit = Math.max(1, Math.floor(limitBytes / SLAB_BYTES));
  }

  get(shape: string, id: number): Buffer | undefined {
    return this.#entries.get(keyOf(shape, id))?.bytes;
  }

  /** Stores a text and answers its bytes; one that is larger than a slab is answered but not kept. */
  put(shape: string, id: number, json: string): Buffer {
    // A UTF-16 unit takes at most three bytes in UTF-8.
    if (json.length * 3 > SLAB_BYTES) return Buffer.from(json);
    const slab = this.#slabFor(json.length * 3);
    const written = slab.bytes.write(json, slab.used);
    const bytes = slab.bytes.subarray(slab.used, slab.used + written);
    slab.used += written;
    const key = keyOf(shape, id);
    slab.keys.push(key);
    this.#entries.set(key, { slab, bytes });
    return bytes;
  }

  /** Forgets a product in every shape that was asked for. */
  forget(shapes: Iterable<string>, id: number): void {
    for (const shape of shapes) this.#entries.delete(keyOf(shape, id));
  }

  #slabFor(length: number): Slab {
    const last = this.#slabs.at(-1);
    if (last !== undefined && last.bytes.length - last.used >= length) return last;
    if (this.#slabs.length >= this.#limit) this.#drop(this.#slabs.shift() as Slab);
    const slab = { bytes: Buffer.allocUnsafeSlow(SLAB_BYTES), used: 0, keys: [] };
    this.#slabs.push(slab);
    return slab;
  }

  #drop(slab: Slab): void {
    for (const key of slab.keys) {
      if (this.#entries.get(key)?.slab === slab) this.#entries.delete(key);
    }
  }
}

function keyOf(shape: string, id: number): string {
  return `${id} ${shape}`;
}
