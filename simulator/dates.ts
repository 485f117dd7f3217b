const RFC2822 =
  /^(?:[A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} \d{4}(?: \d{2}:\d{2}(?::\d{2})?)?(?:\s*(?:[+-]\d{4}|GMT|UTC?|[A-Z]{1,4}))?$/;
const ISO8601 = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** Writes an instant as the V2 API does: `Mon, 11 Mar 2019 17:22:08 +0000`. */
export function toRfc2822(instant: number): string {
  return new Date(instant).toUTCString().replace('GMT', '+0000');
}

/** Writes an instant as the V3 API does: whole seconds with an offset. */
export function toIso(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}+00:00`;
}

/**
 * Reads a date as both APIs accept it, RFC 2822 or ISO 8601, in milliseconds; undefined when it is neither. A plus that
 * was not percent-encoded arrives as a blank and makes the zone unreadable, as on a live store.
 */
export function parseDate(text: string, now?: number): number | undefined {
  if (!RFC2822.test(text) && !ISO8601.test(text)) return undefined;
  const dateOnly = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const value = Date.parse(text);
  if (Number.isNaN(value)) return undefined;
  // Catalogue filters complete a bare date with the time of day of the request: "the API automatically adds the
  // current time" (products_catalog.v3.yml, date_modified:min).
  if (dateOnly && now !== undefined) return value + (now % 86_400_000);
  return value;
}
