/** Modes that `pg` 8 takes for `verify-full`, with a warning of nine lines (pg-connection-string 2.14, `parse`). */
const ALIASES = ['prefer', 'require', 'verify-ca'];

/**
 * The URL with the mode of TLS that `pg` means by it: what docs/deploy.md promises stays so with `pg` 9 too, which will
 * check less for these modes. Who sets `uselibpqcompat=true` has asked for that already.
 */
export function withPlainMode(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const isCompatible = url.searchParams.getAll('uselibpqcompat').at(-1) === 'true';
  const mode = url.searchParams.getAll('sslmode').at(-1);
  if (mode === undefined || isCompatible || !ALIASES.includes(mode)) return databaseUrl;
  url.searchParams.set('sslmode', 'verify-full');
  return url.href;
}
