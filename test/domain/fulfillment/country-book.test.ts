import { expect, it } from '@jest/globals';
import { countryBook } from '../../../domain/fulfillment/country-book.ts';

const land = (name: string, iso2: string) => ({ name, iso2, states: null });

it('what the store itself calls a country comes before what we know it by', () => {
  const book = countryBook([
    land('United Kingdom', 'GB'),
    land('England', 'XE'),
    land('Congo', 'CD'),
    land('UK', 'XU'),
  ]);
  const codes = ['england', 'Congo', 'uk', 'Great Britain', 'Britain'].map((name) => book.find(name)?.iso2);
  expect(codes).toEqual(['XE', 'CD', 'XU', 'GB', 'GB']);
});

it('a country that the store does not list is none, however well we know it', () => {
  const book = countryBook([land('Canada', 'CA')]);
  expect(['USA', 'United States of America', 'us', '', '?'].map((name) => book.find(name))).toEqual(
    Array(5).fill(undefined),
  );
});
