import { afterEach, expect, it, jest } from '@jest/globals';
import { printJsonList } from '../../client/cli/output.ts';
import { buildProgram } from '../../client/cli/program.ts';

afterEach(() => void jest.restoreAllMocks());

/** What programs read on standard output. */
function printed(json: string): string {
  let text = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => Boolean((text += String(chunk))));
  printJsonList([{ a: 1 }, { a: 2 }], { json });
  return text;
}

it('a list is one JSON document, or a line an entry', () => {
  expect(JSON.parse(printed('document'))).toEqual([{ a: 1 }, { a: 2 }]);
  expect(printed('lines')).toBe('{"a":1}\n{"a":2}\n');
});

it('every list of entries can be printed as lines', () => {
  // The list of keys is no list of entries alone: it also says what none of them can read.
  const nouns = buildProgram().commands.filter((noun) => noun.name() !== 'keys');
  const lists = nouns.flatMap((noun) => noun.commands.filter((verb) => verb.name() === 'list'));
  expect(lists.length).toBeGreaterThanOrEqual(8);
  for (const list of lists) {
    const option = list.options.find(({ long }) => long === '--json');
    expect([list.parent!.name(), option?.argChoices]).toEqual([list.parent!.name(), ['document', 'lines']]);
  }
});
