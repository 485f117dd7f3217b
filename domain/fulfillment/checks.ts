/** The failure codes of checks before sending; `domain/failures.ts` says what to do about each. */
export type CheckFailure =
  | 'sku_not_found'
  | 'sku_ambiguous'
  | 'not_purchasable'
  | 'out_of_stock'
  | 'quantity_rule'
  | 'option_required'
  | 'mapping_failed'
  | 'address_incomplete'
  | 'country_unknown'
  | 'state_unknown'
  | 'customer_not_found'
  | 'number_too_long';

/** What was looked at; the code of a check that passes. */
export type CheckKind =
  | 'sku'
  | 'purchasable'
  | 'stock'
  | 'quantity'
  | 'options'
  | 'mapping'
  | 'billing_address'
  | 'shipping_address'
  | 'customer'
  | 'number';

/** One thing that was looked at before sending. Its message holds paths, SKUs, ids and counts, never what an address says. */
export interface Check {
  /** A `CheckFailure` when not `ok`, else a `CheckKind`. */
  code: CheckFailure | CheckKind;
  ok: boolean;
  message: string;
}

export function failed(code: CheckFailure, message: string): Check {
  return { code, ok: false, message };
}

export function passed(code: CheckKind, message: string): Check {
  return { code, ok: true, message };
}

/** The failures, or where there are none the one check that says so. */
export function orPassed(failures: Check[], kind: CheckKind, message: string): Check[] {
  return failures.length > 0 ? failures : [passed(kind, message)];
}

/** `line 1`, `lines 1 and 2`, `lines 1, 2 and 3`. */
export function linesText(ids: readonly string[]): string {
  const last = ids.at(-1) ?? '';
  return ids.length === 1 ? `line ${last}` : `lines ${ids.slice(0, -1).join(', ')} and ${last}`;
}
