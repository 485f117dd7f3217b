import { expect, it } from '@jest/globals';
import { Deadline } from './fire/deadline.ts';

const AN_HOUR = 3_600_000;
const never = new Promise<string[]>(() => undefined);
const past = async () => {
  const deadline = new Deadline(0);
  while (!deadline.isOver()) await new Promise(setImmediate);
  return deadline;
};

it('what is so and what ends before the deadline is not late', async () => {
  const deadline = new Deadline(AN_HOUR);
  expect(await deadline.until('all', () => true)).toEqual([]);
  expect(await deadline.endOf('the import', Promise.resolve([]))).toEqual([]);
  expect(await deadline.endOf('the import', Promise.resolve(['it failed']))).toEqual(['it failed']);
  expect(await deadline.endOf('the import', Promise.reject(new Error('no such file')))).toEqual([
    'the import: no such file',
  ]);
});

it('what never comes is late, and is not waited for any longer', async () => {
  const deadline = new Deadline(20);
  expect(await deadline.until('all', () => false)).toEqual([expect.stringMatching(/^late: Not within .* s: all$/)]);
  expect(await deadline.endOf('the import', never)).toEqual([expect.stringMatching(/^late: .* the import to end$/)]);
});

it('what is so only after the deadline is late too', async () => {
  const deadline = await past();
  expect(await deadline.until('all', () => true)).toEqual(['late: all']);
  expect(await deadline.endOf('the import', Promise.resolve(['it failed']))).toEqual([
    'late: the import to end',
    'it failed',
  ]);
});
