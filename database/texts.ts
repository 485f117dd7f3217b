/** A text as Postgres can hold it: U+0000, which it cannot, shows as the sign for what is unreadable. */
export function storable(text: string): string;
export function storable(text: string | null): string | null;
export function storable(text: string | null): string | null {
  return text === null ? null : text.replaceAll('\0', '\uFFFD');
}

/** A value as JSON that Postgres can hold: so are its texts, and halves of a character. */
export function storableJson(value: unknown): string {
  const clean = (_key: string, part: unknown) =>
    typeof part === 'string' ? storable(part).replace(/\p{Surrogate}/gu, '\uFFFD') : part;
  return JSON.stringify(value, clean);
}
