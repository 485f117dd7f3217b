import { sqlState } from './errors.ts';
import { placeOf } from './place.ts';

/** A database that cannot be worked with, as a sentence and what to do; never with its password. */
export interface Unreachable {
  message: string;
  hint: string;
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
function isBusy(error: unknown): boolean {
  return /^5[37]/.test(sqlState(error) ?? '');
}
