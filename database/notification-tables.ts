import type { Generated, JSONColumnType } from 'kysely';
import type { BigInteger, DefaultInstant, Instant } from './column-types.ts';

export interface NotificationTargetsTable {
  id: Generated<BigInteger>;
  source_id: number;
  type: 'webhook' | 'slack' | 'email';
  /** What people see of the address: its host, or how many recipients there are. */
  label: string;
  notify_on: 'always' | 'problems' | 'never';
  /** Empty means all jobs. */
  jobs: Generated<string[]>;
  /** The entry of the source file, AES-256-GCM, bound to the source: see secrets.ts. */
  ciphertext: string;
  key_id: string;
  created_at: DefaultInstant;
}

export interface NotificationOutboxTable {
  /** The `webhook-id`: the same at every attempt, so that a receiver knows a message that came twice. */
  id: string;
  target_id: BigInteger;
  /** What it is about: nothing is told twice to the same receiver. */
  subject: string;
  notice: JSONColumnType<Record<string, unknown>>;
  created_at: DefaultInstant;
  next_attempt_at: DefaultInstant;
  attempts: Generated<number>;
  /** A status or an error code, never an address. */
  last_error: string | null;
  delivered_at: Instant | null;
  given_up_at: Instant | null;
}

export interface AlarmsTable {
  id: Generated<BigInteger>;
  source_id: number;
  cause: string;
  message: string;
  hint: string;
  details: JSONColumnType<Record<string, unknown>>;
  started_at: Instant;
  /** When it was last found to hold. */
  seen_at: Instant;
  reminded_at: Instant | null;
  acknowledged_at: Instant | null;
  ended_at: Instant | null;
}
