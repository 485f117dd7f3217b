import { expect, it } from '@jest/globals';
import { withJsonLast } from '../../client/cli/json-flag.ts';

it.each([
  [
    ['inventory', 'export', '--json', 'acme'],
    ['inventory', 'export', 'acme', '--json'],
  ],
  [
    ['--json', 'fr', 'list', '--limit', '3'],
    ['fr', 'list', '--limit', '3', '--json'],
  ],
  [
    ['fr', 'list', '--json', 'lines'],
    ['fr', 'list', '--json', 'lines'],
  ],
  [
    ['fr', 'list', '--json=lines'],
    ['fr', 'list', '--json=lines'],
  ],
  [
    ['fr', 'cancel', '--json', 'A', '--', '--json'],
    ['fr', 'cancel', 'A', '--json', '--', '--json'],
  ],
  [['status'], ['status']],
])('%j is read as %j', (args, expected) => {
  expect(withJsonLast(args)).toEqual(expected);
});
