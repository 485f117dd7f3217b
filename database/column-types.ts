import type { ColumnType } from 'kysely';

/** A `timestamptz`: read as a Date, written as a Date or an ISO 8601 text. */
export type Instant = ColumnType<Date, Date | string, Date | string>;
/** A `timestamptz` that the database fills in. */
export type DefaultInstant = ColumnType<Date, Date | string | undefined, Date | string>;
/** `bigint`: read as a number (BigCommerce's ids stay far below 2^53). */
export type BigInteger = number;
/** `numeric`: a decimal string on both sides, never a binary float. */
export type Decimal = string;
