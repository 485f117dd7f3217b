import { countRequests } from '../../../database/fulfillment-requests.ts';
import type { FulfillmentRequest } from '../../../database/fulfillment-requests.ts';
import { counted } from '../../../domain/counted.ts';
import { usageError } from '../../errors.ts';
import { findAllRequests, requireRequests } from '../../fulfillment-requests.ts';
import { requireSourceId } from '../../session.ts';
import type { Session } from '../../session.ts';
import { remark } from '../output.ts';
import { filterOf, hasFilter } from './fr-filter.ts';
import type { FilterOptions } from './fr-filter.ts';

export type Verb = 'process' | 'release' | 'hold' | 'cancel' | 'retry';

export interface ChooseOptions extends FilterOptions {
  all?: true | undefined;
}

/** Which states a verb is for when no state is named: what it cannot do anything to is not listed. */
const STATES: Record<Verb, string[]> = {
  process: ['unprocessed'],
  release: ['unprocessed', 'processing'],
  hold: ['unprocessed', 'processing'],
  cancel: ['unprocessed', 'processing', 'sending', 'failed'],
  retry: ['failed'],
};

/** The requests that numbers or a filter name. Throws ClientError for a number or source that does not exist. */
export async function choose(
  session: Session,
  verb: Verb,
  numbers: string[],
  options: ChooseOptions,
): Promise<FulfillmentRequest[]> {
  if (numbers.length > 0) {
    const { source, ...filter } = options;
    if (options.all || hasFilter(filter))
      throw usageError('Numbers and a filter at once: nothing was done.', 'Give numbers (with --source), or a filter.');
    return requireRequests(session, numbers, source);
  }
  if (!options.all && !hasFilter(options)) {
    throw usageError(
      `Which requests to ${verb}?`,
      'Give numbers, --all, or a filter such as --source NAME or --code CODE.',
    );
  }
  const filter = filterOf({ state: STATES[verb], ...options });
  if (filter.source !== undefined) await requireSourceId(session, filter.source);
  if (verb === 'cancel' && options.state === undefined) await tellOfSent(session, options);
  return findAllRequests(session, filter);
}

/** An order in the store is not canceled by the way; but whoever cancels "all" shall know that it goes on. */
async function tellOfSent(session: Session, options: ChooseOptions): Promise<void> {
  // Of what has shipped in part or in full nothing can be canceled any more.
  if (options.shipping !== undefined && options.shipping !== 'open') return;
  const sent = filterOf({ ...options, state: ['acknowledged'], shipping: 'open' });
  const count = await countRequests(await session.database(), sent);
  if (count === 0) return;
  const what = counted(count, 'request that matches was', 'requests that match were');
  remark(
    `${what} sent already and left out; --state acknowledged --shipping open takes those, and cancels in the store.`,
  );
}
