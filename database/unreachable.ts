import { INSUFFICIENT_PRIVILEGE, READ_ONLY_TRANSACTION, sqlState } from './errors.ts';
import { placeOf } from './place.ts';

/** A database that cannot be worked with, as a sentence and what to do; never with its password. */
export interface Unreachable {
  message: string;
  hint: string;
}

/** A database that answers, and will refuse the same for as long as nobody changes something. */
export interface Refusal extends Unreachable {
  code: 'rights_missing' | 'database_read_only';
}

const RIGHTS_HINT =
  'DATABASE_URL needs the login of workers, whose role `setup` was given as BCSOURCE_WORKER_ROLE; for `migrate` and `setup`, the login that owns the database.';

/** What takes no writes, and what to do. */
export const READ_ONLY: Refusal = {
  code: 'database_read_only',
  message: 'Postgres takes no writes there.',
  hint: 'It is a standby, or `default_transaction_read_only` is on: DATABASE_URL has to lead to a primary that takes writes.',
};

/** What no second attempt helps against: a login without the right, or a server that is only read. Undefined for other errors. */
export function describeRefusal(error: unknown): Refusal | undefined {
  const state = sqlState(error);
  if (state === READ_ONLY_TRANSACTION) return READ_ONLY;
  if (state !== INSUFFICIENT_PRIVILEGE) return undefined;
  const message = `Postgres refuses this to the login of DATABASE_URL: ${(error as Error).message}.`;
  return { code: 'rights_missing', message, hint: RIGHTS_HINT };
}

/** Says where Postgres should be, and why it is not: nobody answers there, or it does not let us in. */
export function describeUnreachable(databaseUrl: string, error: unknown): Unreachable {
  const { host, database } = placeOf(databaseUrl);
  const { message, code } = error as { message?: string; code?: unknown };
  // Several addresses that all refuse come as one error without words.
  const why = message || (typeof code === 'string' ? code : String(error));
  if (sqlState(error) === undefined) {
    const hint = 'Check DATABASE_URL and that Postgres runs (`bcsource status` for the local stack).';
    return { message: `Postgres at ${host} does not answer: ${why}.`, hint };
  }
  if (isBusy(error)) {
    const hint = 'It starts, stops or is full: try again in some seconds, and look into its log should it stay so.';
    return { message: `Postgres at ${host} takes nobody in now: ${why}.`, hint };
  }
  const hint = 'Check user, password and database in DATABASE_URL.';
  return { message: `Postgres at ${host} does not let us into ${database}: ${why}.`, hint };
}

/** It is there and would let us in at another time: classes 53 and 57 (PostgreSQL manual, appendix A). */
export function isBusy(error: unknown): boolean {
  return /^5[37]/.test(sqlState(error) ?? '');
}
