import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { completeName, splitFullName } from '../../../domain/fulfillment/names.ts';

const word = fc.stringMatching(/^[A-Z][a-zé]{4,9}$/u);

describe('a full name', () => {
  it.each([
    ['Ann Lee', 'Ann', 'Lee'],
    ['Ann Mary Lee', 'Ann Mary', 'Lee'],
    ['  Ann   Mary\tLee ', 'Ann Mary', 'Lee'],
    ['Lee, Ann', 'Ann', 'Lee'],
    ['Lee,Ann Mary', 'Ann Mary', 'Lee'],
    ['van der Berg, Ann', 'Ann', 'van der Berg'],
    ['Ann Lee Jr.', 'Ann', 'Lee Jr.'],
    ['Ann Lee, Jr.', 'Ann', 'Lee Jr.'],
    [', Ann Lee', 'Ann', 'Lee'],
  ])('%j is %j and %j', (full, first, last) => {
    expect(splitFullName(full)).toEqual({ first, last });
  });

  it.each(['Ann', ' Ann ', '', ' ', ',', 'Ann,', ', Ann', 'Acme, Inc.', 'Jr.'])('%j does not split', (full) => {
    expect(splitFullName(full)).toBeNull();
  });

  it('of several words is all there after it was split, and splits again into the same', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 2, maxLength: 5 }), (words) => {
        const split = splitFullName(words.join(' '))!;
        expect(`${split.first} ${split.last}`).toBe(words.join(' '));
        expect(splitFullName(`${split.last}, ${split.first}`)).toEqual(split);
      }),
    );
  });

  it('fills in only the half that is missing', () => {
    const complete = (firstName: string | null, lastName: string | null, fullName: string | null) =>
      Object.values(completeName({ firstName, lastName, fullName }));
    expect(complete('Bea', null, 'Ann Lee')).toEqual(['Bea', 'Lee', 'Ann Lee']);
    expect(complete('Ann', null, 'Ann van Berg')).toEqual(['Ann', 'van Berg', 'Ann van Berg']);
    expect(complete(null, 'van Berg', 'Ann van Berg')).toEqual(['Ann', 'van Berg', 'Ann van Berg']);
    expect(complete('Ann', 'Lee', null)).toEqual(['Ann', 'Lee', 'Ann Lee']);
    expect(complete('Ann', null, 'Ann')).toEqual(['Ann', null, 'Ann']);
    expect(complete(null, null, null)).toEqual([null, null, null]);
  });
});
