/** SQLSTATE codes that we act upon (PostgreSQL manual, appendix A). */
export const UNIQUE_VIOLATION = '23505';
export const SERIALIZATION_FAILURE = '40001';
export const DEADLOCK_DETECTED = '40P01';
export const UNDEFINED_TABLE = '42P01';
export const INSUFFICIENT_PRIVILEGE = '42501';
export const READ_ONLY_TRANSACTION = '25006';
export const LOCK_NOT_AVAILABLE = '55P03';

/** The SQLSTATE of an error of the database, or undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Whether Postgres gave a transaction up for another one: two page writes may meet in the same SKUs. */
export function isContention(error: unknown): boolean {
  const state = sqlState(error);
  return state === DEADLOCK_DETECTED || state === SERIALIZATION_FAILURE || state === LOCK_NOT_AVAILABLE;
}

/** Runs `work` again when Postgres gave it up for another transaction. */
export async function retryDeadlocks<T>(work: () => Promise<T>, attempts = 5): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isContention(error)) throw error;
    }
  }
}
