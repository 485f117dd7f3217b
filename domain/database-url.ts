import { suggestion } from './mapping/path.ts';

/** What `pg` reads of the query of a URL: pg-connection-string 2.14 and the connection parameters of pg 8.23. */
const TAKEN = [
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'ssl', 'sslnegotiation', 'uselibpqcompat'],
  ...[
    'host',
    'port',
    'user',
    'password',
    'options',
    'client_encoding',
    'application_name',
    'fallback_application_name',
  ],
  ...['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'query_timeout'],
];

/** What `pg` leaves to libpq: `pg_dump` may be given the same URL, and hosted servers hand these out. */
const LEFT_TO_OTHERS = [
  ...['connect_timeout', 'keepalives', 'keepalives_idle', 'keepalives_interval', 'keepalives_count'],
  ...['tcp_user_timeout', 'target_session_attrs', 'channel_binding'],
];

const OPTIONS = [...TAKEN, ...LEFT_TO_OTHERS];

/**
 * What is amiss with the options of a URL of Postgres, each to be read behind the name of its variable; never a value.
 * `pg` passes over what it does not know, and without its `sslmode` a connection is not encrypted.
 */
export function optionProblems(text: string): string[] {
  const url = new URL(text);
  if (url.hash !== '') return ['holds a #, behind which nothing is read: write it as %23'];
  // The rest of a password would be taken for options, and their names be told.
  if (url.username === '' && url.pathname === '' && url.search.includes('@'))
    return ['holds a ? in its user or password: write it as %3F'];
  const unknown = [...new Set(url.searchParams.keys())].filter((name) => !OPTIONS.includes(name));
  return unknown.map((name) =>
    /^\w+$/.test(name)
      ? `has the option ${name}, which is not known${suggestion(name, OPTIONS)}`
      : 'has an option whose name is none, behind its ?',
  );
}
