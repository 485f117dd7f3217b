import { SHIPMENT_FLAGS } from '../shipments/reconcile.ts';

/** What a request can be flagged with: something that somebody should look at although its state is clear. */
export const REQUEST_FLAGS = [
  ...SHIPMENT_FLAGS,
  ...([
    'order_foreign',
    'unreadable',
    'expired',
    'reinstated',
    'lines_differ',
    'second_order',
    'cancel_failed',
    'state_code_not_set',
  ] as const),
];
