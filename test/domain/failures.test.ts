import { expect, it } from '@jest/globals';
import { failureKinds } from '../../domain/failures.ts';
import { decideMessage } from '../../domain/fulfillment/states.ts';

/** What may be mended without touching the request: in the file of its source, or in its store. */
const mendedElsewhere = [
  ...['sku_not_found', 'sku_ambiguous', 'quantity_rule', 'address_incomplete', 'customer_not_found'],
  ...['number_too_long', 'mapping_failed', 'no_opening'],
] as const;

it.each(mendedElsewhere)(
  'after %s new settings resume nothing, and the hint ends with the retry that does',
  (reasonCode) => {
    const failed = { number: 'PO-1', processing: 'failed', reasonCode, orderId: null, outcomeUnknown: false } as const;
    expect(decideMessage(failed, { kind: 'settingsChanged' })).toMatchObject({ do: 'nothing' });
    expect(failureKinds[reasonCode].hint).toMatch(/then `bcsource fr retry NUMBER`\.$/);
  },
);
