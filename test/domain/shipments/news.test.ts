import { describe, expect, it } from '@jest/globals';
import { isNews } from '../../../domain/shipments/news.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 2, 1) + seconds * 1000);
const read = (modified: number, seen: number | null, asked: number | null) => ({
  ...{ orderModifiedAt: at(modified), orderSeenAt: seen === null ? null : at(seen) },
  askedAt: asked === null ? null : at(asked),
});

describe('an order that the store lists as modified', () => {
  it.each([
    ['was never read', read(10, null, null), 10],
    ['has changed since', read(10, 60, 60), 11],
    ['has an older date than was read', read(10, 60, 60), 9],
    ['was read in the second of its change', read(10, 10.9, 10.9), 10],
    ['was read before its change was over by the clock of a store ahead of ours', read(3_610, 11, 11), 3_610],
  ])('is news when it %s', (_name, known, modified) => {
    expect(isNews(known, at(modified))).toBe(true);
  });

  it.each([
    ['two seconds after its change', read(10, null, 12)],
    ['once more two seconds after it was first seen, though our clock is an hour behind', read(3_610, 11, 13)],
  ])('is no news when it was read %s', (_name, known) => {
    expect(isNews(known, known.orderModifiedAt)).toBe(false);
  });

  it('is news without a date, and where no date was read', () => {
    expect(isNews(read(10, 60, 60), null)).toBe(true);
    expect(isNews({ ...read(10, 60, 60), orderModifiedAt: null }, at(10))).toBe(true);
  });
});
