import { describe, expect, it } from '@jest/globals';
import { differences, digest, withoutAddresses } from '../../../domain/fulfillment/digest.ts';
import { frDocumentSchema } from '../../../domain/fulfillment/document.ts';

const parse = (document: Record<string, unknown>) =>
  frDocumentSchema.parse({
    number: '1',
    source: 'acme',
    lines: [{ sku: 'A', quantity: 2, unitPrice: '12.50' }],
    ...document,
  });

describe('the digest of a document', () => {
  const plain = parse({ note: 'n', totalCost: '5' });

  it.each([
    ['the order of its keys', Object.fromEntries(Object.entries(plain).reverse()) as typeof plain],
    [
      'how an amount is written',
      parse({ note: 'n', totalCost: 5, lines: [{ sku: 'A', quantity: 2, unitPrice: 12.5 }] }),
    ],
    [
      'a default that is written out',
      parse({ note: 'n', totalCost: '5.00', billingAddress: { city: ' ' }, generatedAt: null }),
    ],
    ['a field that a later version adds', { ...plain, later: null, group: { field: null } }],
  ])('does not see %s', (_, other) => {
    expect(digest(other)).toBe(digest(plain));
    expect(differences(plain, other)).toEqual([]);
  });

  it.each([
    ['note', { note: 'N', totalCost: '5' }, 'n', 'N'],
    ['totalCost', { note: 'n', totalCost: '5.01' }, '5', '5.01'],
    ['shippingAddress', { note: 'n', totalCost: '5', shippingAddress: { city: 'X' } }, null, { city: 'X' }],
    ['lines[0].sku', { note: 'n', totalCost: '5', lines: [{ sku: 'a', quantity: 2, unitPrice: '12.5' }] }, 'A', 'a'],
  ])('sees %s', (path, document, stored, given) => {
    const other = parse(document);
    expect(digest(other)).not.toBe(digest(plain));
    expect(differences(plain, other)).toEqual([{ path, stored, given }]);
  });

  it('sees lines that came or went, and text that looks like an amount where none is', () => {
    const two = parse({
      lines: [
        { sku: 'A', quantity: 2, unitPrice: '12.50' },
        { sku: 'B', quantity: 1 },
      ],
    });
    expect(differences(two, parse({}))).toEqual([
      { path: 'lines[1]', stored: { id: '2', quantity: 1, sku: 'B' }, given: null },
    ]);
    expect(digest(parse({ number: '1.0' }))).not.toBe(digest(parse({})));
  });

  it('names the differences of an address to whoever is refused, and hides what they say', () => {
    const found = [
      { path: 'billingAddress.phone', stored: null, given: '1' },
      { path: 'note', stored: 'a', given: 'b' },
    ];
    expect(withoutAddresses(found)).toEqual([{ ...found[0], given: '[hidden]' }, found[1]]);
  });
});
