import { isIPv6 } from 'node:net';
import pg from 'pg';

/** Where a URL of Postgres leads, as `pg` reads it; never with the password. */
export interface Place {
  /** Host and port, or the path of a socket. */
  host: string;
  database: string;
}

/** The place that `pg` connects to: options of the URL and `PGHOST` and its like have a say too. */
export function placeOf(databaseUrl: string): Place {
  const url = new URL(databaseUrl);
  // The files that they name would be read.
  for (const name of [...url.searchParams.keys()]) if (name.startsWith('ssl')) url.searchParams.delete(name);
  try {
    const { host, port, database } = new pg.Client({ connectionString: url.href });
    return { host: withPort(host, port), database: database || 'its database' };
  } catch {
    return { host: url.host, database: url.pathname.slice(1) || 'its database' };
  }
}

function withPort(host: string, port: number): string {
  if (host.startsWith('/')) return `${host}/.s.PGSQL.${port}`;
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
