import type { RequestFilter } from '../../../database/fulfillment-requests.ts';
import type { FrProcessing, FrShipping } from '../../../database/fulfillment-tables.ts';
import { usageError } from '../../errors.ts';

/** Options that choose requests. */
export interface FilterOptions {
  source?: string | undefined;
  state?: string[] | undefined;
  shipping?: string | undefined;
  code?: string | undefined;
  flag?: string | undefined;
  olderThan?: Date | undefined;
  text?: string | undefined;
}

const PROCESSING: readonly FrProcessing[] = [
  'unprocessed',
  'processing',
  'sending',
  'acknowledged',
  'failed',
  'canceled',
];
const SHIPPING: readonly FrShipping[] = ['open', 'partially_shipped', 'shipped'];

/** The filter that options describe. Throws ClientError for a state that does not exist. */
export function filterOf(options: FilterOptions): RequestFilter {
  const { source, state, shipping, code, flag, olderThan, text } = options;
  return {
    ...{ source, code, flag, olderThan, text },
    processing: state?.map((each) => oneOf(each, PROCESSING, '--state')),
    shipping: shipping === undefined ? undefined : [oneOf(shipping, SHIPPING, '--shipping')],
  };
}

export function hasFilter(options: FilterOptions): boolean {
  return Object.values(filterOf(options)).some((value) => value !== undefined);
}

function oneOf<T extends string>(text: string, known: readonly T[], option: string): T {
  const found = known.find((each) => each === text);
  if (found === undefined) throw usageError(`${option} ${text} is no state.`, `Use one of: ${known.join(', ')}.`);
  return found;
}
