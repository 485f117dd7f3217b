import { move, transferableSymbol, valueSymbol } from 'piscina';

/**
 * `value` for another thread, with the memory of `arrays` handed over instead of copied: here they are empty afterwards.
 * An array that shares its memory with others, as Node's small buffers do, is copied after all.
 */
export function moved<T>(value: T, arrays: readonly ArrayBufferView[]): T {
  const buffers = arrays
    .filter((array) => array.byteLength === array.buffer.byteLength)
    .map((array) => array.buffer as ArrayBuffer);
  // What piscina sees is not what the other side gets: it is sent `valueSymbol`, with `transferableSymbol` handed over.
  return move({ [transferableSymbol]: buffers, [valueSymbol]: value } as never) as T;
}
