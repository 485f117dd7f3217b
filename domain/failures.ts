/**
 * Every way in which a job or a command can fail, with what it means for the exit code and what to do next.
 * Free of libraries: workflows import it.
 */
export interface FailureKind {
  /** Exit code of the command line (see the interface section of the README). */
  exitCode: 1 | 2 | 3 | 4 | 5 | 6;
  /** What the reader can do about it. */
  hint: string;
}

/** What stops everything of a source until its connection tests well; requests that failed by it go on by themselves then. */
export const CONNECTION_CODES: ReadonlySet<string> = new Set([
  'credential_refused',
  'app_uninstalled',
  'scope_missing',
  'secret_unreadable',
  'store_not_found',
]);

export const failureKinds = {
  credential_refused: {
    exitCode: 4,
    hint: 'Make a new API account or reinstall the app in BigCommerce, apply the source again, then run `bcsource source test NAME`.',
  },
  app_uninstalled: {
    exitCode: 4,
    hint: 'Install the app in the store again: `bcsource source connect NAME`. Everything goes on from there by itself.',
  },
  install_timeout: {
    exitCode: 5,
    hint: 'Open the link as the owner of the store and install the app; `bcsource source connect NAME` shows it again. Of an attempt that failed, the page and the log of `bcsource serve` say why.',
  },
  scope_missing: {
    exitCode: 4,
    hint: 'Run `bcsource source test NAME` to see which scopes are missing and where to click in BigCommerce.',
  },
  store_not_found: {
    exitCode: 4,
    hint: 'Correct `connection.storeHash`: the part of the API path behind /stores/, as BigCommerce shows it with the API account. Then apply the source again.',
  },
  store_unavailable: {
    exitCode: 5,
    hint: 'BigCommerce or the network is in trouble. Nothing was archived; start the job again when the store answers.',
  },
  rate_limited: {
    exitCode: 5,
    hint: 'Other apps use up the quota of the store. Start the job again later, or give them smaller shares.',
  },
  unexpected_answer: {
    exitCode: 1,
    hint: 'The answer was not what BigCommerce documents. Nothing was archived. Try again; if it stays, report it with the run id.',
  },
  request_rejected: {
    exitCode: 1,
    hint: 'BigCommerce refused the request for good. The message says why.',
  },
  not_found: { exitCode: 3, hint: 'Check the name or number.' },
  source_not_found: { exitCode: 3, hint: 'See the sources with `bcsource source list`.' },
  job_not_set_up: {
    exitCode: 2,
    hint: 'Add the section of the job (`inventory` or `fulfillment`) to the file of the source, then `bcsource source apply FILE`.',
  },
  unit_unknown: {
    exitCode: 1,
    hint: 'Choose a standard unit in BigCommerce under Settings > Store Profile (physical dimension settings); nothing was imported.',
  },
  feed_incomplete: {
    exitCode: 5,
    hint: 'The store listed fewer products than it says it has. What was read is imported, nothing was archived. Run the import again.',
  },
  already_running: {
    exitCode: 5,
    hint: 'Wait for that run, or cancel it with `bcsource runs cancel ID`.',
  },
  waiting_for_approval: {
    exitCode: 6,
    hint: 'Look at the difference with `bcsource inventory approve NAME --show`, then `bcsource inventory approve NAME` or `reject NAME`.',
  },
  approval_expired: {
    exitCode: 6,
    hint: 'Nobody decided in time, so nothing was archived. The next run asks again.',
  },
  rejected_by_person: {
    exitCode: 1,
    hint: 'Everything else of the run is saved; the items keep their stock until a later run is approved.',
  },
  sku_not_found: {
    exitCode: 1,
    hint: 'Correct the SKU (letter case and blanks count): in the request with `bcsource fr amend FILE`, and it is tried again; or in the store, then `bcsource fr retry NUMBER`.',
  },
  sku_ambiguous: {
    exitCode: 1,
    hint: 'Several variants of the store have this SKU. Give them different ones in BigCommerce, then `bcsource fr retry NUMBER`.',
  },
  not_purchasable: {
    exitCode: 1,
    hint: 'The store does not sell the item at present. Make it purchasable in BigCommerce and retry, or cancel.',
  },
  out_of_stock: {
    exitCode: 1,
    hint: 'Wait for stock and `bcsource fr retry NUMBER`, lower the quantity with `fr amend`, or cancel.',
  },
  quantity_rule: {
    exitCode: 1,
    hint: 'The store sets a smallest or largest quantity for the product. Amend the request, or change the rule in BigCommerce, then `bcsource fr retry NUMBER`.',
  },
  option_required: {
    exitCode: 1,
    hint: 'The product demands an option that the SKU does not settle. Give the option a default in BigCommerce, or make it optional, then retry.',
  },
  address_incomplete: {
    exitCode: 1,
    hint: 'Fill in the named fields with `bcsource fr amend FILE`; or map them in the source file and apply it, then `bcsource fr retry NUMBER`.',
  },
  address_rejected: {
    exitCode: 1,
    hint: 'BigCommerce did not take the address; `bcsource fr show NUMBER` has its words. Amend it, and it is tried again.',
  },
  country_unknown: {
    exitCode: 1,
    hint: 'Write the country as a two-letter code, e.g. US, with `bcsource fr amend FILE`.',
  },
  state_unknown: {
    exitCode: 1,
    hint: 'Write the state as the store knows it, e.g. CA or California, with `bcsource fr amend FILE`.',
  },
  customer_not_found: {
    exitCode: 1,
    hint: 'Create the customer in BigCommerce, or set `fulfillment.customer` to create or guest, then `bcsource fr retry NUMBER`.',
  },
  customer_rejected: {
    exitCode: 1,
    hint: 'BigCommerce did not make the customer; `bcsource fr show NUMBER` has its words. Amend the billing address, or create the customer in BigCommerce, then `bcsource fr retry NUMBER`.',
  },
  number_too_long: {
    exitCode: 1,
    hint: 'Cancel it and submit it under a shorter number, or raise `fulfillment.externalOrderIdMaxLength`, then `bcsource fr retry NUMBER`.',
  },
  mapping_failed: {
    exitCode: 1,
    hint: 'Correct the mapping template of the source (`bcsource mapping test NAME --fr NUMBER` shows each step) and apply it, then `bcsource fr retry NUMBER`.',
  },
  order_rejected: {
    exitCode: 1,
    hint: 'BigCommerce refused the order for good; `bcsource fr show NUMBER` has its words. Amend the request and it is tried again.',
  },
  outcome_unknown: {
    exitCode: 6,
    hint: 'Look in the store for an order with this number. `bcsource fr adopt NUMBER --order ID` when there is one, `bcsource fr retry NUMBER` when there is none.',
  },
  order_conflict: {
    exitCode: 6,
    hint: 'Look at the named orders in the store. `bcsource fr adopt NUMBER --order ID` takes the right one; cancel the others in BigCommerce. Where none is yours, cancel the request and submit it under another number.',
  },
  no_opening: {
    exitCode: 1,
    hint: 'The business hours of the source do not open within a year; correct them in its file and apply it, then `bcsource fr retry NUMBER`.',
  },
  source_not_ready: {
    exitCode: 1,
    hint: 'The source was removed or has no fulfillment settings. Apply its file again; the request goes on by itself.',
  },
  too_late: { exitCode: 1, hint: 'See `bcsource fr show NUMBER`.' },
  number_taken: {
    exitCode: 2,
    hint: 'Submit it under another number; a request that is not sent yet can be changed with `bcsource fr amend FILE`.',
  },
  canceled_by_store: {
    exitCode: 1,
    hint: 'The supplier canceled the order in the store. Ask why; submit it anew under another number, or to another source.',
  },
  declined_by_store: {
    exitCode: 1,
    hint: 'The supplier declined the order in the store. Ask why; submit it anew under another number, or to another source.',
  },
  refunded_by_store: {
    exitCode: 1,
    hint: 'The supplier refunded the order in the store before it had shipped. Ask why; submit it anew under another number.',
  },
  secret_unreadable: { exitCode: 2, hint: 'Set BCSOURCE_ENCRYPTION_KEY to the key that encrypted it, or apply again.' },
  canceled: { exitCode: 1, hint: 'Start it again when you like; what it had written stays.' },
  run_lost: {
    exitCode: 1,
    hint: 'Somebody terminated its workflow, or Temporal lost it. What it had done stays; the next run goes on from there.',
  },
  worker_unavailable: {
    exitCode: 5,
    hint: 'Start a worker with `bcsource worker` (or the whole stack with `bcsource dev`).',
  },
  internal: { exitCode: 1, hint: 'See the worker log; the run id finds the lines.' },
} as const satisfies Record<string, FailureKind>;

/** Of a source whose store installs the app: nobody makes a token for it, so `credential_refused` is mended by installing. */
export const CONNECT_HINT =
  'Install the app in the store: `bcsource source connect NAME`. Everything goes on from there by itself.';

export type FailureCode = keyof typeof failureKinds;

/** Whether a text is one of our failure codes; Temporal carries them as plain strings. */
export function isFailureCode(text: unknown): text is FailureCode {
  return typeof text === 'string' && Object.hasOwn(failureKinds, text);
}

/** What to do about a failure: as it says itself, in its details where Temporal carries it, or else as its code says. */
export function hintOf(code: FailureCode, details?: unknown): string {
  const [first] = (Array.isArray(details) ? details : [details]) as ({ hint?: unknown } | null | undefined)[];
  return typeof first?.hint === 'string' ? first.hint : failureKinds[code].hint;
}

/** What the placeholders of a hint stand for, as far as it is known. */
export interface HintNames {
  source?: string | undefined;
  number?: string | undefined;
}

/** A hint as it can be typed: NAME is the source, NUMBER the request. What is not known stays as it is. */
export function fillHint(hint: string, { source, number }: HintNames): string {
  // In one go, and by a function: a number may itself read NAME, or hold a $.
  return hint.replace(/\b(?:NAME|NUMBER)\b/g, (word) => (word === 'NAME' ? source : number) ?? word);
}
