import type { Store } from '../store.ts';
import type { Answer } from './answers.ts';

/** A request after authentication, as a handler sees it. */
export interface Call {
  readonly store: Store;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: unknown;
  readonly clientId: string;
  /** The number of this request in the ledger. */
  readonly requestId: number;
}

export type Query = Readonly<Record<string, string>>;
export type Handler = (call: Call) => Answer;

/** A numeric path parameter, or NaN. */
export function idParam(call: Call, name: string): number {
  const text = call.params[name] ?? '';
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** Whether a JSON value is an object that is no array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
