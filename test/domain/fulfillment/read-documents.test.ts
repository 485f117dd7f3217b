import { describe, expect, it } from '@jest/globals';
import { readDocuments } from '../../../domain/fulfillment/read-documents.ts';
import type { DocumentKind } from '../../../domain/fulfillment/document-problems.ts';

const good = { number: 'PO-1', source: 'acme', lines: [{ sku: 'A', quantity: 2 }] };

function problemsOf(document: unknown, kind: DocumentKind = 'fr'): string[] {
  return readText(typeof document === 'string' ? document : JSON.stringify(document), kind)[0]!.problems;
}

function readText(text: string, kind: DocumentKind = 'fr') {
  return readDocuments(text, 'json', kind).map(({ place, number, result }) => ({
    place,
    number,
    problems: result.ok ? [] : result.problems.map(({ path, reason }) => `${path} ${reason}`.trim()),
  }));
}

describe('a file of documents', () => {
  it('is one document, with every default filled in', () => {
    const [read, ...more] = readDocuments(`\uFEFF${JSON.stringify(good, null, 2)}`, 'json', 'fr');
    expect(more).toEqual([]);
    expect(read).toMatchObject({ place: '', number: 'PO-1', source: 'acme' });
    expect(read!.result).toMatchObject({
      ok: true,
      document: { note: null, billingAddress: { city: null }, lines: [{ id: '1', unitPrice: null }] },
    });
  });

  it('is an array, or JSON lines with blank ones between, each document by itself', () => {
    const documents = [good, { ...good, number: '' }, { ...good, number: 'PO-3' }];
    expect(readText(JSON.stringify(documents))).toEqual([
      { place: '[0]', number: 'PO-1', problems: [] },
      { place: '[1]', number: null, problems: ['number is empty'] },
      { place: '[2]', number: 'PO-3', problems: [] },
    ]);
    const lines = documents.map((document) => JSON.stringify(document)).join('\r\n\r\n');
    expect(readText(`\uFEFF\n${lines}\n`).map(({ place }) => place)).toEqual(['line 2', 'line 4', 'line 6']);
  });

  it('of JSON lines with a broken one refuses that line alone', () => {
    const lines = readText(`${JSON.stringify(good)}\n{"number": "PO-2", \n${JSON.stringify(good)}\ngarbage`);
    expect(lines.map(({ place, problems }) => [place, ...problems])).toEqual([
      ['line 1'],
      ['line 2', 'is not JSON: line 2, column 19: the text ends too early'],
      ['line 3'],
      ['line 4', 'is not JSON: line 4, column 1: a value is expected here'],
    ]);
    expect(readText(`{"number" 1}\n{"a":1}`).map(({ place }) => place)).toEqual(['line 1', 'line 2']);
  });

  it.each([
    ['', 'the file is empty'],
    [' \n', 'the file is empty'],
    ['[]', 'the list holds no documents'],
    ['3', 'is not a JSON object'],
    ['{\n  "number": "PO-1",\n}', 'is not JSON: line 3, column 1: a name in double quotes is expected here'],
    ['{\n  "lines": [1 2]\n}', 'is not JSON: line 2, column 15: a comma or ] is expected here'],
    ['{ "note": "Main Street\n}', 'is not JSON: line 1, column 11: the text in quotes is not closed on its line'],
    ['{ "note": "\\x" }', 'is not JSON: line 1, column 11: the text in quotes has a backslash that JSON does not know'],
    ["{ 'number': 1 }", 'is not JSON: line 1, column 3: JSON takes double quotes only'],
    ['{ "a": 01 }', 'is not JSON: line 1, column 8: a value is expected here'],
    ['{} {}', 'is not JSON: line 1, column 4: nothing more is expected here'],
  ])('that holds %j is refused with its place: %s', (text, problem) => {
    expect(readText(text)).toEqual([{ place: '', number: null, problems: [problem] }]);
  });

  it('gives a source to documents that name none', () => {
    const { source: _, ...bare } = good;
    const read = readDocuments(JSON.stringify([bare, good]), 'json', 'fr', { source: 'other' });
    expect(read.map(({ source, result }) => [source, result.ok])).toEqual([
      ['other', true],
      ['acme', true],
    ]);
  });
});

describe('a bad document', () => {
  it('is told every problem at once, each with its path', () => {
    const bad = {
      source: 7,
      billingAddress: { adress1: 'Main Street 1', postalCode: 90210, countryCode: 'USA' },
      shippingAddress: 'here',
      lines: [
        { id: 'x', sku: 'A', quantity: '2' },
        { id: 'x', quantity: 0, unitPrice: 'cheap' },
        { sku: '', quantity: 1.5, unitPrice: true, title: 'T\0' },
        { sku: 'B', quantity: 2_000_000, colour: 'red' },
      ],
      generatedAt: 'yesterday',
      Note: 'x',
    };
    expect(problemsOf(bad).sort()).toEqual(
      [
        'number is missing',
        'source must be text: put it in quotes',
        'billingAddress.adress1 is not a field; did you mean address1?',
        'billingAddress.postalCode must be text: put it in quotes',
        'billingAddress.countryCode is longer than 2 characters',
        'shippingAddress must be an object',
        'lines[0].quantity must be a whole number of at least 1',
        'lines[1].sku is missing',
        'lines[1].quantity must be a whole number of at least 1',
        'lines[1].unitPrice is not a decimal number such as "12.50"',
        'lines[1].id is the id of another line too; lines without an id are numbered by their place',
        'lines[2].sku is empty',
        'lines[2].quantity must be a whole number of at least 1',
        'lines[2].unitPrice is not a decimal number such as "12.50"',
        'lines[2].title holds a character that no database can store (U+0000 or half a character)',
        'lines[3].quantity must be at most 1,000,000',
        'lines[3].colour is not a field',
        'generatedAt is not an instant such as 2026-11-23T14:00:00Z',
        'Note is not a field; did you mean note?',
      ].sort(),
    );
  });

  it.each([
    [{ ...good, lines: [] }, 'lines has no lines'],
    [{ ...good, lines: undefined }, 'lines is missing'],
    [{ ...good, lines: {} }, 'lines must be a list'],
    [{ ...good, lines: [null] }, 'lines[0] must be an object'],
    [{ ...good, lines: [{ id: {}, sku: 'A', quantity: 1 }] }, 'lines[0].id must be text or a whole number'],
    [{ ...good, number: ' PO' }, 'number has blanks at its ends or control characters in it'],
    [{ ...good, number: '\ud800' }, 'number holds a character that no database can store (U+0000 or half a character)'],
    [
      { ...good, lines: [{ sku: 'A', quantity: 1, unitPrice: -1 }] },
      'lines[0].unitPrice is not a decimal number such as "12.50"',
    ],
    [{ ...good, totalCost: Number('123456789012.12345') }, 'totalCost has more than 15 digits: put it in quotes'],
  ])('%# says what is wrong with it: %#', (document, problem) => {
    expect(problemsOf(document)).toEqual([problem]);
  });

  it('never quotes what it holds', () => {
    const secret = 'Canary Street 9';
    const bad = {
      ...good,
      note: [secret],
      lines: [{ sku: [secret], quantity: secret, unitPrice: secret, id: [secret] }],
    };
    expect(problemsOf(bad)).toHaveLength(5);
    expect(problemsOf(bad).join()).not.toContain('Canary');
    expect(problemsOf(`{ "note": ${secret} }`).join()).not.toContain('Canary');
  });

  it('that is an order may not name a source', () => {
    expect(problemsOf(good, 'order')).toEqual(['source is not a field of an order: routing finds the source']);
    expect(problemsOf({ ...good, source: undefined }, 'order')).toEqual([]);
  });
});
