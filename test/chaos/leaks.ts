/** Everything that a value holds, with the payloads of Temporal, which are bytes, as text. */
export function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${name}: ${textOf(part)}`)
    .join('\n');
}

/** Lines of these places that hold a secret, also as bytes that somebody only encoded. */
export function leaksIn(places: Record<string, string>, secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((text) => [text, Buffer.from(text).toString('base64').slice(0, -4)]);
  return Object.entries(places).flatMap(([place, text]) =>
    text.split('\n').flatMap((line) => (forms.some((form) => line.includes(form)) ? [`${place}: ${line}`] : [])),
  );
}
