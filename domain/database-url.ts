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

/** Where `pg` finds none of these, it connects as if another were meant, or says so of a server that does not answer. */
const CHOICES: Record<string, string[]> = {
  sslmode: ['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full'],
  ssl: ['true', '1', '0', 'no-verify'],
  sslnegotiation: ['postgres', 'direct'],
  uselibpqcompat: ['true', 'false'],
};

/** Options that name a file. */
export const FILE_OPTIONS = ['sslrootcert', 'sslcert', 'sslkey'] as const;

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
  const problems = [...url.searchParams].map(([name, value]) => optionProblem(name, value));
  return [...new Set(problems.filter((problem) => problem !== null))];
}

function optionProblem(name: string, value: string): string | null {
  if (!/^\w+$/.test(name)) return 'has an option whose name is none, behind its ?';
  if (!OPTIONS.includes(name)) return `has the option ${name}, which is not known${suggestion(name, OPTIONS)}`;
  const choices = CHOICES[name];
  if (choices && !choices.includes(value)) return `must have one of ${choices.join(', ')} as ${name}`;
  if (name === 'port' && !isPort(value)) return 'must have a number from 1 to 65535 as port';
  if (FILE_OPTIONS.some((option) => option === name) && value === '') return `names no file as ${name}`;
  return null;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}
