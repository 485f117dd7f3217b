import { expect, it } from '@jest/globals';
import { closeAll } from '../../workers/close.ts';

it('what is open is closed at once, and what it stands on when all of it has closed, failed or hung for its time', async () => {
  const begun: string[] = [];
  const begin = (name: string, end: () => Promise<unknown>) => () => {
    begun.push(name);
    return end();
  };
  const hangs = () => new Promise(() => undefined);
  const opened = [begin('a', hangs), begin('b', () => Promise.reject(new Error('in use'))), begin('c', hangs)];
  const closing = closeAll(
    opened,
    begin('last', () => Promise.resolve()),
  );
  expect(begun).toEqual(['a', 'b', 'c']);
  await closing;
  expect(begun).toEqual(['a', 'b', 'c', 'last']);
});
