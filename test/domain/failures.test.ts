import { expect, it } from '@jest/globals';
import { failureKinds, fillHint } from '../../domain/failures.ts';
import { explainState } from '../../domain/fulfillment/explain.ts';
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

it.each(Object.keys(failureKinds))('what a request that failed by %s says can be typed as it stands', (reasonCode) => {
  const failed = { number: 'PO-1', source: 'acme-supply', processing: 'failed', orderId: null } as const;
  const sentence = explainState({ ...failed, reasonCode });
  expect(sentence).not.toMatch(/\bNAME\b|\bNUMBER\b/);
  expect(sentence).toContain(fillHint(failureKinds[reasonCode as keyof typeof failureKinds].hint, failed));
});

it('a hint keeps what is not known, and takes names as they are', () => {
  const hint = 'Try `mapping test NAME --fr NUMBER`, ${NAME_OF_A_VARIABLE}.';
  expect(fillHint(hint, {})).toBe(hint);
  expect(fillHint(hint, { source: 'acme' })).toBe('Try `mapping test acme --fr NUMBER`, ${NAME_OF_A_VARIABLE}.');
  const number = "NAME-$&-$'";
  expect(fillHint(hint, { source: 'acme', number })).toBe(
    `Try \`mapping test acme --fr ${number}\`, \${NAME_OF_A_VARIABLE}.`,
  );
});
