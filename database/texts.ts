/** A text as Postgres can hold it: U+0000, which it cannot, shows as the sign for what is unreadable. */
export function storable(text: string): string;
export function storable(text: string | null): string | null;
export function storable(text: string | null): string | null {
  return text === null ? null : text.replaceAll('\0', '\uFFFD');
}
