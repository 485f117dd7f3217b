import { describe, expect, it } from '@jest/globals';
import { readDocuments } from '../../../domain/fulfillment/read-documents.ts';

function read(text: string, source?: string) {
  return readDocuments(text, 'csv', 'fr', { source }).map(({ place, number, result }) => ({
    place,
    number,
    document: result.ok ? result.document : undefined,
    problems: result.ok ? [] : result.problems.map(({ path, reason }) => `${path} ${reason}`.trim()),
  }));
}

describe('a CSV file', () => {
  it('has one row a line; rows of one number are one request, adjacent or not', () => {
    const documents = read(
      [
        '\uFEFFsource,number,billingAddress.firstName,shippingMethod.name,note,lineId,sku,quantity,lines.unitPrice',
        'acme,PO-1,Ann,Ground,"two\nlines",a,A-1,2,12.50',
        '',
        'acme,PO-2,,,,,B-1, 1,',
        ',PO-1,Ann,,,b, A-2,3,',
        'other,PO-2,,,,,B-2,1,',
        ',,,,,,,,',
      ].join('\r\n'),
    );
    expect(documents.map(({ place, number, problems }) => [place, number, ...problems])).toEqual([
      ['line 2', 'PO-1'],
      ['line 5', 'PO-2'],
      ['line 7', 'PO-2'],
    ]);
    expect(documents[0]!.document).toMatchObject({
      billingAddress: { firstName: 'Ann', city: null },
      shippingMethod: { name: 'Ground' },
      note: 'two\nlines',
      lines: [
        { id: 'a', sku: 'A-1', quantity: 2, unitPrice: '12.50' },
        { id: 'b', sku: ' A-2', quantity: 3, unitPrice: null },
      ],
    });
    expect(documents[2]!.document).toMatchObject({ source: 'other', lines: [{ id: '1', sku: 'B-2' }] });
  });

  it('refuses a request whose rows contradict each other, and names both rows', () => {
    const [first, second] = read('number,note,sku,quantity\nPO-1,a,A,1\nPO-2,a,A,1\nPO-1,b,B,1\n', 'acme');
    expect(first!.problems).toEqual(['note says one thing in line 2 and another in line 4']);
    expect(second!.document).toMatchObject({ source: 'acme', number: 'PO-2' });
  });

  it('names the row of a bad line', () => {
    const [only] = read('source,number,sku,quantity\nacme,PO-1,A,1\nacme,PO-1,,1.5\n');
    expect(only!.problems.sort()).toEqual([
      'lines[1].quantity must be a whole number of at least 1 (line 3)',
      'lines[1].sku is missing (line 3)',
    ]);
  });

  it('takes the source of a request from whichever of its rows names it, before that of the option', () => {
    const text = 'source,number,sku,quantity\n,PO-1,A,1\nacme,PO-1,B,1\n,PO-2,C,1\n';
    const documents = read(text, 'beta').map(({ document }) => document);
    expect(documents).toMatchObject([
      { source: 'acme', number: 'PO-1', lines: [{ sku: 'A' }, { sku: 'B' }] },
      { source: 'beta', number: 'PO-2', lines: [{ sku: 'C' }] },
    ]);
  });

  it('refuses rows without a number, of an unclear source or of another length, each by itself', () => {
    const rows = [
      's1,PO-1,A,1',
      's2,PO-1,A,1',
      ',PO-1,B,1',
      's1,,A,1',
      's1,,B,1',
      's1,PO-2,A',
      's1,PO-3,A,1,,x',
      's1,PO-4,A,1,,',
    ];
    const documents = read(['source,number,sku,quantity', ...rows].join('\n'));
    expect(documents.map(({ place, problems }) => [place, problems[0]])).toEqual([
      ['line 2', undefined],
      ['line 3', undefined],
      ['line 4', 'source is missing, and several sources have this number'],
      ['line 5', 'number is missing'],
      ['line 6', 'number is missing'],
      ['line 7', 'line 7 has 3 cells, the first line names 4 columns'],
      ['line 8', 'line 8 has 6 cells, the first line names 4 columns'],
      ['line 9', undefined],
    ]);
  });

  it.each([
    [
      'number,sku,billingAdress.city,sku,qty,\nPO-1,A,x,A,1,\n',
      [
        'billingAdress.city is not a column; did you mean billingAddress.city?',
        'sku stands in two columns',
        'qty is not a column',
        'column 6 has no name',
        'source is missing among the columns',
        'quantity is missing among the columns',
      ],
    ],
    ['source,number,sku,quantity,lines.sku\n', ['lines.sku stands in two columns']],
    ['source,number,sku,quantity\n', ['the file has no rows below its columns']],
    [
      'source,number,sku,quantity\na,b,c,1\na,"PO\nb,c,d,1\n',
      ['is not CSV: line 3: a quote is opened and never closed'],
    ],
    [
      'source,number,sku,quantity\na,5" pipe,A,1\n',
      ['is not CSV: line 2: a quote stands inside a cell; put the cell in quotes and write the quote twice'],
    ],
    ['\uFEFF', ['the file is empty']],
  ])('that cannot be read is refused whole: %#', (text, problems) => {
    const documents = read(text);
    expect(documents).toHaveLength(1);
    expect(documents[0]!.problems).toEqual(problems);
  });
});
