import type { RequestFilter } from '../../../database/fulfillment-requests.ts';
import type { Processing, Shipping } from '../../../domain/fulfillment/states.ts';
import { failureKinds } from '../../../domain/failures.ts';
import { REQUEST_FLAGS } from '../../../domain/fulfillment/flags.ts';
import { usageError } from '../../errors.ts';

/** Options that choose requests. */
export interface FilterOptions {
  source?: string | undefined;
  state?: string[] | undefined;
  shipping?: string | undefined;
  code?: string | undefined;
  flag?: string | undefined;
  problems?: true | undefined;
  olderThan?: Date | undefined;
  text?: string | undefined;
}

const PROCESSING: readonly Processing[] = [
  'unprocessed',
  'processing',
  'sending',
  'acknowledged',
  'failed',
  'canceled',
];
const SHIPPING: readonly Shipping[] = ['open', 'partially_shipped', 'shipped'];

/** The filter that options describe. Throws ClientError for a state, code or flag that does not exist. */
export function filterOf(options: FilterOptions): RequestFilter {
  const { source, state, shipping, code, flag, problems, olderThan, text } = options;
  return {
    ...{ source, hasProblems: problems, olderThan, text },
    code: code === undefined ? undefined : oneOf(code, Object.keys(failureKinds), '--code', 'code'),
    flag: flag === undefined ? undefined : oneOf(flag, REQUEST_FLAGS, '--flag', 'flag'),
    processing: state?.map((each) => oneOf(each, PROCESSING, '--state')),
    shipping: shipping === undefined ? undefined : [oneOf(shipping, SHIPPING, '--shipping')],
  };
}

export function hasFilter(options: FilterOptions): boolean {
  return Object.values(filterOf(options)).some((value) => value !== undefined);
}

function oneOf<T extends string>(text: string, known: readonly T[], option: string, what = 'state'): T {
  const found = known.find((each) => each === text);
  if (found === undefined) throw usageError(`${option} ${text} is no ${what}.`, `Use one of: ${known.join(', ')}.`);
  return found;
}
