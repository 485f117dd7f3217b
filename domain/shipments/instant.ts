const RFC2822 = /^(?:[a-z]{3}, ?)?\d{1,2} [a-z]{3} \d{4} \d{2}:\d{2}(?::\d{2})?( ?(?:[+-]\d{4}|GMT|UTC?|Z))?$/i;
const ISO8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * An instant in ISO 8601, UTC, of the years 1 to 9999; null when the text is none. Takes RFC 2822 as the V2 API writes it
 * (`Mon, 11 Mar 2019 17:22:08 +0000`, bigcommerce-facts.md 12) and ISO 8601; without a zone it counts as UTC.
 */
export function instantOf(text: string): string | null {
  const match = RFC2822.exec(text) ?? ISO8601.exec(text);
  if (!match) return null;
  // Without a zone Date.parse would take the machine's.
  const ms = Date.parse(match[1] === undefined ? `${text}Z` : text);
  if (Number.isNaN(ms)) return null;
  const instant = new Date(ms).toISOString();
  // The zone can lead out of the years that ISO 8601 and Postgres write in four digits.
  return /^(?!0000)\d{4}-/.test(instant) ? instant : null;
}
