import { expect, it } from '@jest/globals';
import { shellWord } from '../../client/shell-word.ts';

it.each([
  ['bcsource_worker', 'bcsource_worker'],
  ['svc@shop.example', 'svc@shop.example'],
  ['Odd$Wk', "'Odd$Wk'"],
  ["it's `x`", String.raw`'it'\''s ${'`x`'}'`],
  ['', "''"],
])('%s is one word of a shell', (text, word) => {
  expect(shellWord(text)).toBe(word);
});
